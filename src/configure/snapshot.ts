/** The state of the kernel that a change of links can affect, and how to read it. @module */
import {
  decodeLink,
  dumpObjects,
  interfacesOf,
  type KernelObject,
  nextHopIds,
  OBJECT_KINDS,
  objectMessage,
  ruleInterfaces,
} from '../netlink/index.ts';
import type { ConfigureHost } from './host.ts';
import { type MediaSettings, readMedia } from './media-access.ts';
import { readMulticastRule } from './multicast-rule.ts';

/** What a snapshot contains. */
export interface SnapshotScope {
  /** Interfaces by index. */
  readonly interfaces: readonly number[];
  /** Settings below /proc/sys/net, besides those of the interfaces. */
  readonly settings: readonly string[];
  /** The interface whose media settings are included. */
  readonly media: number | undefined;
  /** Whether the rule against multicast ARP senders is included. */
  readonly multicastRule: boolean;
}

export interface Snapshot {
  readonly scope: SnapshotScope;
  /** Milliseconds of the monotonic clock of the kernel. */
  readonly takenAt: number;
  /** In the order of the kernel within each kind. */
  readonly objects: readonly KernelObject[];
  readonly settings: ReadonlyMap<string, string>;
  readonly media: MediaSettings | undefined;
  readonly rejectsMulticast: boolean | undefined;
  /** Multicast addresses that the interfaces receive: index, users and address. */
  readonly groups: readonly string[];
}

/** Directories with a setting per interface. */
const SETTING_DIRECTORIES = ['ipv4/conf', 'ipv6/conf', 'ipv4/neigh', 'ipv6/neigh'];

/** Milliseconds of CLOCK_MONOTONIC: equal in all processes, and independent of the time of day. */
export function monotonicTime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** @throws NetlinkError */
export async function takeSnapshot(host: ConfigureHost, scope: SnapshotScope): Promise<Snapshot> {
  const objects: KernelObject[] = [];
  const names = new Set<string>();
  const nextHops = new Set<number>();
  const interfaces = new Set(scope.interfaces);
  const belongs = (object: KernelObject): boolean => {
    if (object.kind === 'rule') return ruleInterfaces(object).some((name) => names.has(name));
    if (interfacesOf(object).some((index) => interfaces.has(index))) return true;
    return nextHopIds(object).uses.some((id) => nextHops.has(id));
  };
  const takenAt = monotonicTime();
  for (const kind of OBJECT_KINDS) {
    for (const object of await dumpObjects(host.netlink, kind)) {
      if (!belongs(object)) continue;
      objects.push(object);
      if (kind === 'link') names.add(linkName(object));
      if (kind === 'nextHop') for (const id of [nextHopIds(object).id ?? []].flat()) nextHops.add(id);
    }
  }
  return {
    scope,
    takenAt,
    objects,
    settings: readSettings(host, names, scope.settings),
    media: scope.media === undefined ? undefined : await readMedia(host, scope.media),
    rejectsMulticast: scope.multicastRule ? (await readMulticastRule(host)) !== undefined : undefined,
    groups: readGroups(host, interfaces),
  };
}

export function linkName(link: KernelObject): string {
  return decodeLink(objectMessage(link))?.name ?? '';
}

function readSettings(host: ConfigureHost, names: Iterable<string>, others: readonly string[]): Map<string, string> {
  const directories = [...names].flatMap((name) => SETTING_DIRECTORIES.map((directory) => `${directory}/${name}`));
  const paths = directories.flatMap((path) => host.settings.list(path).map((file) => `${path}/${file}`));
  const found = new Map<string, string>();
  for (const path of [...paths, ...others]) {
    const value = host.settings.read(path);
    if (value !== undefined) found.set(path, value);
  }
  return found;
}

/** Lines of index, name, users, users that are programs, address. */
function readGroups(host: ConfigureHost, interfaces: ReadonlySet<number>): string[] {
  const lines = host.multicastGroups().split('\n');
  return lines.flatMap((line) => {
    const [index = '', , users = '', global = '', address = ''] = line.trim().split(/\s+/);
    return address !== '' && interfaces.has(Number(index)) ? `${index} ${address} ${users} ${global}` : [];
  });
}
