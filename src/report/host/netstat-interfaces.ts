/** Interfaces and their counters, as FreeBSD netstat -i and Linux netstat -i print them. @module */
import { formatAddress, parseAddress } from '../../base/address.ts';
import type { InterfaceCounters } from '../../inspect/index.ts';
import { csvLine } from '../csv.ts';
import { formatColumns, type TableColumn } from './columns.ts';
import { networkOf, networkText } from './network-text.ts';

export interface InterfaceTableOptions {
  /** Adds the column Drop. */
  readonly drops?: boolean;
  /** Prints every prefix length. */
  readonly numeric?: boolean;
}

/** The columns of FreeBSD 14 (usr.bin/netstat/if.c). */
const COLUMNS: readonly TableColumn[] = [
  { title: 'Name', width: 5 },
  { title: 'Mtu', width: 5, right: true },
  { title: 'Network', width: 13 },
  { title: 'Address', width: 17 },
  { title: 'Ipkts', width: 8, right: true },
  { title: 'Ierrs', width: 5, right: true },
  { title: 'Idrop', width: 5, right: true },
  { title: 'Ibytes', width: 10, right: true },
  { title: 'Opkts', width: 8, right: true },
  { title: 'Oerrs', width: 5, right: true },
  { title: 'Obytes', width: 10, right: true },
  { title: 'Coll', width: 5, right: true },
  { title: 'Drop', width: 5, right: true },
];

/** A line of the table; undefined figures are printed as `-`. */
export interface InterfaceRow {
  readonly name: string;
  readonly mtu?: number | undefined;
  readonly network: string;
  readonly address: string;
  readonly inputPackets?: number | undefined;
  readonly inputErrors?: number | undefined;
  readonly inputDrops?: number | undefined;
  readonly inputBytes?: number | undefined;
  readonly outputPackets?: number | undefined;
  readonly outputErrors?: number | undefined;
  readonly outputBytes?: number | undefined;
  readonly collisions?: number | undefined;
  readonly drops?: number | undefined;
}

/** Formats a row per interface, with its counters, and a row per address; Linux counts no packets per address. */
export function formatInterfaceCounters(
  interfaces: readonly InterfaceCounters[],
  { drops = false, numeric = false }: InterfaceTableOptions = {},
): string {
  return formatInterfaceRows(
    interfaces.flatMap((one) => rowsOf(one, numeric)),
    drops,
  );
}

/** Formats rows; columns are at least as wide as those of FreeBSD and grow with their contents. */
export function formatInterfaceRows(rows: readonly InterfaceRow[], withDrops: boolean): string {
  const shown = withDrops ? COLUMNS.length : COLUMNS.length - 1;
  return formatColumns(
    COLUMNS.slice(0, shown),
    rows.map((row) => cellsOf(row).slice(0, shown)),
  );
}

function cellsOf(row: InterfaceRow): string[] {
  const { inputPackets, inputErrors, inputDrops, inputBytes, outputPackets, outputErrors, outputBytes } = row;
  const input = [inputPackets, inputErrors, inputDrops, inputBytes];
  const output = [outputPackets, outputErrors, outputBytes, row.collisions, row.drops];
  return [row.name, figure(row.mtu), row.network, row.address, ...[...input, ...output].map(figure)];
}

function figure(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

function rowsOf(one: InterfaceCounters, numeric: boolean): InterfaceRow[] {
  const { statistics: counters } = one;
  const name = one.flags.includes('up') ? one.name : `${one.name}*`;
  const link: InterfaceRow = {
    name,
    mtu: one.mtu,
    network: `<Link#${one.index}>`,
    address: one.mac ?? '',
    inputPackets: counters.rxPackets,
    inputErrors: counters.rxErrors,
    inputDrops: one.inputDrops,
    inputBytes: counters.rxBytes,
    outputPackets: counters.txPackets,
    outputErrors: counters.txErrors,
    outputBytes: counters.txBytes,
    collisions: counters.collisions,
    drops: one.outputDrops,
  };
  const addresses = one.addresses.map(({ address, prefixLength }) => ({
    name,
    network: networkOfAddress(address, prefixLength, numeric),
    address,
  }));
  return [link, ...addresses];
}

function networkOfAddress(text: string, prefixLength: number, numeric: boolean): string {
  const address = parseAddress(text);
  return address === undefined
    ? ''
    : networkText(formatAddress(networkOf(address, prefixLength)), prefixLength, !numeric);
}

/** The columns of net-tools 2.10, `netstat -i`. */
const LINUX_COLUMNS: readonly TableColumn[] = [
  { title: 'Iface', width: 16 },
  { title: 'MTU', width: 5, right: true },
  { title: 'RX-OK', width: 8, right: true },
  { title: 'RX-ERR', width: 6, right: true },
  { title: 'RX-DRP', width: 6, right: true },
  { title: 'RX-OVR', width: 6, right: true },
  { title: 'TX-OK', width: 8, right: true },
  { title: 'TX-ERR', width: 6, right: true },
  { title: 'TX-DRP', width: 6, right: true },
  { title: 'TX-OVR', width: 6, right: true },
  { title: 'Flg' },
];

/** Formats the table of Linux netstat -i, with interfaces that are down (its -a). */
export function formatLinuxInterfaceCounters(interfaces: readonly InterfaceCounters[]): string {
  const rows = interfaces.map(({ name, mtu, statistics, inputDrops, flags }) => {
    const { rxPackets, rxErrors, rxFifoErrors, txPackets, txErrors, txDropped, txFifoErrors } = statistics;
    const figures = [mtu, rxPackets, rxErrors, inputDrops, rxFifoErrors, txPackets, txErrors, txDropped, txFifoErrors];
    return [name, ...figures.map(String), flagLetters(flags)];
  });
  return `Kernel Interface table\n${formatColumns(LINUX_COLUMNS, rows)}`;
}

/** The letters of net-tools, in its order. */
const FLAG_LETTERS: readonly (readonly [flag: InterfaceCounters['flags'][number], letter: string])[] = [
  ['allMulticast', 'A'],
  ['broadcast', 'B'],
  ['loopback', 'L'],
  ['multicast', 'M'],
  ['promiscuous', 'P'],
  ['noArp', 'O'],
  ['pointToPoint', 'P'],
  ['running', 'R'],
  ['up', 'U'],
];

function flagLetters(flags: InterfaceCounters['flags']): string {
  return FLAG_LETTERS.flatMap(([flag, letter]) => (flags.includes(flag) ? letter : [])).join('');
}

/** Formats a line per interface with every counter, after a line of names. */
export function formatInterfaceCountersCsv(interfaces: readonly InterfaceCounters[]): string {
  const names = Object.keys(interfaces[0]?.statistics ?? {}) as (keyof InterfaceCounters['statistics'])[];
  const titles = ['name', 'index', 'state', 'mtu', 'mac', 'addresses', 'inputDrops', 'outputDrops', 'queueDrops'];
  const lines = interfaces.map(({ statistics, rootQueue, ...one }) =>
    csvLine([
      one.name,
      one.index,
      one.state,
      one.mtu,
      one.mac,
      one.addresses.map(({ address, prefixLength }) => `${address}/${prefixLength}`).join(' '),
      one.inputDrops,
      one.outputDrops,
      rootQueue?.drops,
      ...names.map((name) => statistics[name]),
    ]),
  );
  return csvLine([...titles, ...names]) + lines.join('');
}
