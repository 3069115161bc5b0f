/** Programs that manage links by themselves, and may undo a change. @module */
import type { Link } from '../netlink/index.ts';
import type { ConfigureHost } from './host.ts';

export interface LinkManager {
  readonly name: 'systemd-networkd' | 'NetworkManager' | 'ifupdown';
  /** The file that configures the link: a .network file, or /etc/network/interfaces; for NetworkManager, the UUID of the connection. */
  readonly configuration: string;
}

const INTERFACES = '/etc/network/interfaces';

/** Returns the program that manages the interface; undefined if none of the known ones does. */
export function managerOf(host: ConfigureHost, { index, name }: Pick<Link, 'index' | 'name'>): LinkManager | undefined {
  return networkdOf(host, index) ?? networkManagerOf(host, index) ?? ifupdownOf(host, name);
}

function networkdOf(host: ConfigureHost, index: number): LinkManager | undefined {
  const state = host.readFile(`/run/systemd/netif/links/${index}`);
  const file = settingOf(state, 'NETWORK_FILE');
  if (file === undefined || settingOf(state, 'ADMIN_STATE') === 'unmanaged') return undefined;
  return { name: 'systemd-networkd', configuration: file };
}

function networkManagerOf(host: ConfigureHost, index: number): LinkManager | undefined {
  const state = host.readFile(`/run/NetworkManager/devices/${index}`);
  const connection = settingOf(state, 'connection-uuid');
  if (connection === undefined || settingOf(state, 'managed') === 'false') return undefined;
  return { name: 'NetworkManager', configuration: connection };
}

/** Interfaces that ifup(8) has brought up. */
function ifupdownOf(host: ConfigureHost, name: string): LinkManager | undefined {
  const state = host.readFile('/run/network/ifstate') ?? '';
  if (name === 'lo' || !state.split('\n').some((line) => line.split('=')[0] === name)) return undefined;
  return { name: 'ifupdown', configuration: INTERFACES };
}

/** The value of `KEY=` in a file of such lines. */
export function settingOf(text: string | undefined, key: string): string | undefined {
  const line = text?.split('\n').find((one) => one.startsWith(`${key}=`));
  return line === undefined ? undefined : line.slice(key.length + 1).trim() || undefined;
}
