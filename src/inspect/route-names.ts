/** Names of the numbers in routes: tables, origins, scopes, types (linux/rtnetlink.h, /etc/iproute2). @module */
import { RouteTable, RouteType } from '../netlink/index.ts';
import { readIfThere } from './read-if-there.ts';

/** RTPROT_*: origins of routes. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'unspec',
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  10: 'mrt',
  11: 'zebra',
  12: 'bird',
  13: 'dnrouted',
  14: 'xorp',
  15: 'ntk',
  16: 'dhcp',
  17: 'mrouted',
  18: 'keepalived',
  42: 'babel',
  99: 'openr',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
};

/** RT_SCOPE_* */
const SCOPES: Readonly<Record<number, string>> = { 0: 'global', 200: 'site', 253: 'link', 254: 'host', 255: 'nowhere' };

const TYPE_NAMES = new Map(
  (Object.keys(RouteType) as (keyof typeof RouteType)[]).map((name) => [RouteType[name] as number, name]),
);

/** Files of iproute2 in which the administrator names tables: a number and a name per line. */
const TABLE_FILES = ['/usr/share/iproute2/rt_tables', '/etc/iproute2/rt_tables'];
const MAX_FILE_LENGTH = 1 << 20;

let tables: ReadonlyMap<number, string> | undefined;

export function protocolName(protocol: number): string {
  return PROTOCOLS[protocol] ?? String(protocol);
}

export function scopeName(scope: number): string {
  return SCOPES[scope] ?? String(scope);
}

export function routeTypeName(type: number): string {
  return TYPE_NAMES.get(type) ?? String(type);
}

/** Returns the name of a table, or its number. */
export function tableName(table: number): string {
  tables ??= readTableNames();
  return tables.get(table) ?? String(table);
}

/** Returns the number of a table given by number or name; undefined if there is none. */
export function tableNumber(name: string): number | undefined {
  if (/^\d{1,10}$/.test(name)) return Number(name) <= 0xffff_ffff ? Number(name) : undefined;
  tables ??= readTableNames();
  return [...tables].find(([, one]) => one === name)?.[0];
}

function readTableNames(): Map<number, string> {
  const names = new Map(Object.entries(RouteTable).map(([name, number]): [number, string] => [number, name]));
  for (const file of TABLE_FILES) {
    for (const [, number = '', name = ''] of (readIfThere(file) ?? '')
      .slice(0, MAX_FILE_LENGTH)
      .matchAll(/^\s*(0x[0-9a-f]+|\d+)\s+([^\s#]+)/gim)) {
      names.set(Number(number), name);
    }
  }
  return names;
}
