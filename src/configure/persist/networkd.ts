/** Drop-in files of systemd-networkd (systemd.network(5), systemd.netdev(5)) and of udev's link setup (systemd.link(5)). @module */
import { basename } from 'node:path';
import type { Link } from '../../netlink/index.ts';
import type { Edit, Plan, VlanEdit } from '../edit.ts';
import { refuse } from '../edits/plan-parts.ts';
import type { ConfigureHost } from '../host.ts';
import { type LinkManager, settingOf } from '../managers.ts';
import type { WantedFile } from './persistent-file.ts';

const FOLDER = '/etc/systemd/network';

export function networkdFiles(
  host: ConfigureHost,
  links: readonly Link[],
  plan: Plan,
  manager: LinkManager,
): readonly WantedFile[] {
  const { edit } = plan;
  const dropIn = (name: string, text: string): WantedFile => ({
    path: `${FOLDER}/${basename(manager.configuration)}.d/50-tapline-${name}.conf`,
    text,
  });
  switch (edit.kind) {
    case 'mtu':
      return [dropIn('mtu', `[Link]\nMTUBytes=${edit.mtu}\n`)];
    case 'address':
      return [dropIn(`address-${fileWord(edit.address)}`, addressText(edit))];
    case 'vlan':
      return vlanFiles(edit, dropIn);
    case 'media':
      return [{ path: linkFilePath(host, links, edit.interface), text: mediaText(edit) }];
    default:
      throw refuse(`--persist has no systemd-networkd file for this change (${edit.kind})`);
  }
}

/** An address may contain `/` and `:`. */
function fileWord(text: string): string {
  return text.replace(/[^\w.]/g, '-');
}

function addressText(edit: Extract<Edit, { kind: 'address' }>): string {
  if (edit.action === 'add') return `[Network]\nAddress=${edit.address}\n`;
  throw refuse(`--persist cannot remove an address that another file configures; remove ${edit.address} there`);
}

function vlanFiles(edit: VlanEdit, dropIn: (name: string, text: string) => WantedFile): readonly WantedFile[] {
  if (edit.action !== 'new') throw refuse('--persist supports new VLANs only; change the .netdev file of the VLAN');
  const name = edit.name ?? `${edit.parent}.${edit.id}`;
  const mtu = edit.mtu === undefined ? '' : `MTUBytes=${edit.mtu}\n`;
  const protocol = edit.protocol === '802.1ad' ? 'Protocol=802.1ad\n' : '';
  return [
    {
      path: `${FOLDER}/50-tapline-${fileWord(name)}.netdev`,
      text: `[NetDev]\nName=${name}\nKind=vlan\n${mtu}\n[VLAN]\nId=${edit.id}\n${protocol}`,
    },
    dropIn(`vlan-${fileWord(name)}`, `[Network]\nVLAN=${name}\n`),
  ];
}

/** The .link file that udev applied, as a drop-in; the file itself stays. */
function linkFilePath(host: ConfigureHost, links: readonly Link[], name: string): string {
  const index = links.find((link) => link.name === name)?.index;
  const used = settingOf(host.readFile(`/run/udev/data/n${index}`), 'E:ID_NET_LINK_FILE');
  if (used === undefined) throw refuse(`--persist cannot find the .link file of ${name} (systemd.link(5))`);
  return `${FOLDER}/${basename(used)}.d/50-tapline-media.conf`;
}

function mediaText(edit: Extract<Edit, { kind: 'media' }>): string {
  if (edit.autonegotiation === true) return '[Link]\nAutoNegotiation=yes\n';
  return `[Link]\nAutoNegotiation=no\nBitsPerSecond=${edit.speed}M\nDuplex=${edit.duplex}\n`;
}
