/**
 * The state of a network namespace as netlink dumps it: every object of every table with all its attributes, except
 * counters, ages and reports of the state of a link. Independent of `src/configure`, whose work it checks. @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readU8, readU16le, readU32le } from '../../src/base/bytes.ts';
import type { LabHost } from '../../src/lab/index.ts';
import { forEachAttribute } from '../../src/netlink/attribute.ts';
import { MessageFlag, type NetlinkMessage } from '../../src/netlink/message.ts';

interface Table {
  readonly name: string;
  /** RTM_GET*. */
  readonly request: number;
  readonly headerLength: number;
  /** Offsets of header bytes that report a state: flags of links, routes and rules. */
  readonly ignoredHeader: readonly number[];
  /** Attributes that count or report. */
  readonly ignored: readonly number[];
  readonly flags?: number;
}

const TABLES: readonly Table[] = [
  // IFLA_STATS, COST, OPERSTATE, LINKMODE, STATS64, AF_SPEC (counters), CARRIER, carrier counters.
  {
    name: 'link',
    request: 18,
    headerLength: 16,
    ignoredHeader: [8, 9, 10, 11],
    ignored: [7, 16, 17, 23, 26, 33, 35, 47, 48],
  },
  { name: 'address', request: 22, headerLength: 8, ignoredHeader: [], ignored: [6] },
  { name: 'route', request: 26, headerLength: 12, ignoredHeader: [8], ignored: [12] },
  { name: 'rule', request: 34, headerLength: 12, ignoredHeader: [], ignored: [] },
  { name: 'neighbour', request: 30, headerLength: 12, ignoredHeader: [], ignored: [3, 4] },
  { name: 'proxy', request: 30, headerLength: 12, ignoredHeader: [], ignored: [3, 4], flags: 0x08 },
  // TCA_STATS, STATS2, and the reference count in the header.
  { name: 'qdisc', request: 38, headerLength: 20, ignoredHeader: [16, 17, 18, 19], ignored: [3, 7] },
  { name: 'next hop', request: 106, headerLength: 8, ignoredHeader: [4], ignored: [] },
];

/** IFLA_LINKINFO, IFLA_INFO_DATA, IFLA_INFO_SLAVE_DATA. */
const LINK_INFO = 18;
const INFO_DATA = 2;
const INFO_PORT_DATA = 5;
const PERMANENT = 0x80;
/** The kernel reports a carrier up to a second late, and changes addresses and routes then. */
const KERNEL_TIME = 1100;
const FOREVER = 0xffff_ffff;
/** Settings of an interface. */
const SETTINGS = ['ipv4/conf', 'ipv6/conf', 'ipv4/neigh', 'ipv6/neigh'];

export interface KernelState {
  /** Objects and settings as text. */
  readonly lines: readonly string[];
  /** Time at which each address that has a lifetime expires, in seconds of the monotonic clock. */
  readonly expiries: ReadonlyMap<string, number>;
}

export async function kernelState(host: LabHost): Promise<KernelState> {
  const lines: string[] = [];
  const expiries = new Map<string, number>();
  for (const table of TABLES) {
    const payload = new Uint8Array(table.headerLength);
    if (table.flags !== undefined) payload[10] = table.flags;
    const { messages } = await host.netlink.dump({ type: table.request, flags: MessageFlag.dump, payload });
    const texts = messages.flatMap((message) => {
      const text = textOf(table, message);
      if (text !== undefined && table.name === 'address') noteExpiry(text, message, expiries);
      return text ?? [];
    });
    // Of IPv4 addresses and routes, the order has a meaning.
    lines.push(...texts.filter((text) => text.startsWith('address 02') || text.startsWith('route 02')));
    lines.push(...texts.filter((text) => !(text.startsWith('address 02') || text.startsWith('route 02'))).sort());
  }
  lines.push(...host.run(settingLines));
  return { lines, expiries };
}

/** The state when the kernel no longer changes it by itself. */
export async function settledState(host: LabHost): Promise<KernelState> {
  for (let before = await kernelState(host); ; ) {
    await sleep(KERNEL_TIME);
    const now = await kernelState(host);
    if (stateDifferences(before, now).length === 0) return now;
    before = now;
  }
}

/** Differences of two states, as text; lifetimes may differ by the seconds that the kernel rounds. */
export function stateDifferences(before: KernelState, after: KernelState): string[] {
  const lost = before.lines.filter((line) => !after.lines.includes(line)).map((line) => `lost ${line}`);
  const added = after.lines.filter((line) => !before.lines.includes(line)).map((line) => `new ${line}`);
  const isReordered = lost.length + added.length === 0 && before.lines.join('\n') !== after.lines.join('\n');
  const expired = [...before.expiries].flatMap(([key, expiry]) => {
    const now = after.expiries.get(key);
    return now !== undefined && Math.abs(now - expiry) > 4 ? `lifetime of ${key}: ${now} instead of ${expiry}` : [];
  });
  return [...lost, ...added, ...(isReordered ? ['another order'] : []), ...expired];
}

function textOf(table: Table, { payload }: NetlinkMessage): string | undefined {
  if (table.name === 'neighbour' && readU16le(payload, 8) !== PERMANENT) return undefined;
  // Families that share the tables: multicast routing.
  if (table.name === 'route' && ![2, 10].includes(readU8(payload, 0))) return undefined;
  const header = payload.slice(0, table.headerLength);
  for (const at of table.ignoredHeader) header[at] = 0;
  const attributes: string[] = [];
  forEachAttribute(payload, table.headerLength, payload.length, (type, start, end) => {
    if (table.ignored.includes(type)) return;
    const isInfo = table.name === 'link' && type === LINK_INFO;
    attributes.push(`${type}=${isInfo ? linkInfoText(payload, start, end) : hex(payload.subarray(start, end))}`);
  });
  const isUp = table.name === 'link' ? ` up=${readU8(payload, 8) & 1}` : '';
  return `${table.name} ${hex(header)}${isUp} ${attributes.sort().join(' ')}`;
}

/** IFLA_LINKINFO without timers and counters of bridges and ports (IFLA_BR_*_TIMER, FDB_N_LEARNED, IFLA_BRPORT_*_TIMER). */
function linkInfoText(bytes: Uint8Array, start: number, end: number): string {
  const texts: string[] = [];
  forEachAttribute(bytes, start, end, (type, valueStart, valueEnd) => {
    const ignored = type === INFO_DATA ? [16, 17, 18, 19, 48] : type === INFO_PORT_DATA ? [21, 22, 23] : undefined;
    if (ignored === undefined) return texts.push(hex(bytes.subarray(valueStart, valueEnd)));
    return forEachAttribute(bytes, valueStart, valueEnd, (id, from, to) => {
      if (!ignored.includes(id)) texts.push(`${id}:${hex(bytes.subarray(from, to))}`);
    });
  });
  return texts.join(',');
}

/** IFA_CACHEINFO: preferred and valid lifetime. */
function noteExpiry(key: string, { payload }: NetlinkMessage, expiries: Map<string, number>): void {
  forEachAttribute(payload, 8, payload.length, (type, start) => {
    if (type !== 6) return;
    const valid = readU32le(payload, start + 4);
    if (valid !== FOREVER) expiries.set(key, Number(process.hrtime.bigint() / 1_000_000_000n) + valid);
  });
}

function settingLines(): string[] {
  const directories = SETTINGS.flatMap((one) => readdirSync(`/proc/sys/net/${one}`).map((name) => `${one}/${name}`));
  return directories.flatMap((directory) =>
    readdirSync(`/proc/sys/net/${directory}`).flatMap((file) => {
      try {
        return `${directory}/${file}=${readFileSync(`/proc/sys/net/${directory}/${file}`, 'latin1').trim()}`;
      } catch {
        return []; // stable_secret that is not set
      }
    }),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
