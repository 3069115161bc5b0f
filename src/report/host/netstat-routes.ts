/** Routing tables as FreeBSD netstat -r prints them. @module */
import type { RouteEntry } from '../../inspect/index.ts';
import { csvLine } from '../csv.ts';
import { formatColumns, type TableColumn } from './columns.ts';
import type { AddressName } from './neighbours.ts';
import { networkText } from './network-text.ts';

export interface RouteTableOptions {
  /** Prints every prefix length. */
  readonly numeric?: boolean;
  /** Adds table, origin, metric, MTU, weight, next hop object and source address. */
  readonly wide?: boolean;
  /** Returns the name of an address, if it is known. */
  readonly nameOf?: AddressName | undefined;
}

/** Widths of names and IPv4 addresses, and of IPv6 addresses in numbers (usr.bin/netstat/route.c). */
const NAME_WIDTH = 18;
const DESTINATION_WIDTH_6 = 33;
const GATEWAY_WIDTH_6 = 29;

/** Formats the routes of both families; a family without routes is left out. */
export function formatRoutes(routes: readonly RouteEntry[], options: RouteTableOptions = {}): string {
  const tables = ([4, 6] as const).flatMap((family) => {
    const rows = routes.filter((route) => route.family === family).flatMap((route) => rowsOf(route, options));
    if (rows.length === 0) return [];
    const title = family === 4 ? 'Internet' : 'Internet6';
    return `\n${title}:\n${formatColumns(columns(family, options), rows)}`;
  });
  return `Routing tables\n${tables.join('')}`;
}

function columns(family: 4 | 6, { numeric = false, wide = false }: RouteTableOptions): readonly TableColumn[] {
  const isLong = family === 6 && numeric;
  const basic = [
    { title: 'Destination', width: isLong ? DESTINATION_WIDTH_6 : NAME_WIDTH },
    { title: 'Gateway', width: isLong ? GATEWAY_WIDTH_6 : NAME_WIDTH },
    { title: 'Flags', width: 6 },
    { title: 'Netif', width: 8, right: true },
    { title: 'Expire', width: 6, right: true },
  ];
  return wide ? [...basic, ...WIDE_COLUMNS] : basic;
}

const WIDE_COLUMNS: readonly TableColumn[] = [
  { title: 'Table' },
  { title: 'Origin' },
  { title: 'Metric', right: true },
  { title: 'Mtu', right: true },
  { title: 'Weight', right: true },
  { title: 'Nhop', right: true },
  { title: 'Source' },
];

/** Returns a row per next hop; a route that drops has one. */
function rowsOf(route: RouteEntry, options: RouteTableOptions): string[][] {
  const hops = route.nextHops.length === 0 ? [undefined] : route.nextHops;
  return hops.map((hop) => {
    const basic = [
      destinationText(route, options),
      gatewayText(hop, options),
      flagsOf(route, hop),
      interfaceText(route, hop),
      route.expires === undefined ? '' : String(Math.max(0, Math.floor(route.expires))),
    ];
    if (options.wide !== true) return basic;
    const weight = route.nextHops.length > 1 ? hop?.weight : undefined;
    const figures = [route.metric, route.mtu, weight, route.nextHopId].map((value) => String(value ?? ''));
    return [...basic, route.tableName, route.protocol, ...figures, route.source ?? ''];
  });
}

type Hop = RouteEntry['nextHops'][number] | undefined;

function destinationText(route: RouteEntry, { numeric = false, nameOf }: RouteTableOptions): string {
  const { destination, prefixLength } = route;
  if (prefixLength === 0 && route.type !== 'local') return 'default';
  if (isHost(route)) return named(destination, nameOf);
  return networkText(destination, prefixLength, !numeric);
}

/** Linux routes an address of the host over the interface that has it; its packets take the loopback. */
function interfaceText(route: RouteEntry, hop: Hop): string {
  return route.type === 'local' ? 'lo' : (hop?.interface ?? '-');
}

function gatewayText(hop: Hop, { nameOf }: RouteTableOptions): string {
  if (hop === undefined) return '-';
  return hop.gateway === undefined ? `link#${hop.interfaceIndex}` : named(hop.gateway, nameOf);
}

/** A name is cut to the width of its column. */
function named(address: string, nameOf: AddressName | undefined): string {
  return nameOf?.(address)?.slice(0, NAME_WIDTH) ?? address;
}

function isHost({ family, prefixLength }: RouteEntry): boolean {
  return prefixLength === (family === 4 ? 32 : 128);
}

const REJECTS: ReadonlySet<string> = new Set(['unreachable', 'prohibit', 'throw']);

/** Letters of FreeBSD netstat(1). */
function flagsOf(route: RouteEntry, hop: Hop): string {
  const { type, protocol } = route;
  const isUp = hop === undefined || !(hop.flags.includes('dead') || hop.flags.includes('linkdown'));
  const isOwn = type === 'local' && hop?.interface !== 'lo';
  return (
    (isUp ? 'U' : '') +
    (hop?.gateway === undefined ? '' : 'G') +
    (isHost(route) ? 'H' : '') +
    (isOwn || protocol === 'static' || protocol === 'boot' ? 'S' : '') +
    (protocol === 'redirect' ? 'D' : '') +
    (REJECTS.has(type) ? 'R' : '') +
    (type === 'blackhole' ? 'B' : '') +
    (type === 'broadcast' ? 'b' : '')
  );
}

/** Formats a line per next hop, after a line of names. */
export function formatRoutesCsv(routes: readonly RouteEntry[]): string {
  const lines = routes.flatMap((route) => {
    const hops = route.nextHops.length === 0 ? [undefined] : route.nextHops;
    return hops.map((hop) =>
      csvLine([
        `${route.destination}/${route.prefixLength}`,
        route.type,
        hop?.gateway,
        hop?.interface,
        route.tableName,
        route.protocol,
        route.scope,
        route.metric,
        route.mtu,
        route.source,
        hop?.weight,
        route.nextHopId,
        route.expires,
        hop?.flags.join(' '),
      ]),
    );
  });
  return csvLine(CSV_TITLES) + lines.join('');
}

const CSV_TITLES = [
  'destination',
  'type',
  'gateway',
  'interface',
  'table',
  'protocol',
  'scope',
  'metric',
  'mtu',
  'source',
  'weight',
  'nextHopId',
  'expires',
  'flags',
];
