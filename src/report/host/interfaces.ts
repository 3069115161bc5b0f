/** The table of `tapline interfaces`. @module */
import type { NetworkInterface } from '../../inspect/index.ts';
import { formatColumns, type TableColumn } from './columns.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'Index', right: true },
  { title: 'Interface' },
  { title: 'State' },
  { title: 'MAC address' },
  { title: 'MTU', right: true },
  { title: 'Link type' },
  { title: 'Kind' },
  { title: 'Addresses' },
];
const GAP = '  ';

/** Formats one line per interface; each further address has its own line, below the first. Ends with a newline. */
export function formatInterfaces(interfaces: readonly NetworkInterface[]): string {
  return formatColumns(COLUMNS, interfaces.flatMap(rowsOf), GAP);
}

function rowsOf(one: NetworkInterface): string[][] {
  const [first = '-', ...rest] = one.addresses.map(
    ({ address, prefixLength, tentative }) => `${address}/${prefixLength}${tentative ? ' (tentative)' : ''}`,
  );
  const row = [
    String(one.index),
    one.name,
    one.state,
    one.mac ?? '-',
    String(one.mtu),
    one.linkTypeName,
    kindOf(one),
    first,
  ];
  return [row, ...rest.map((address) => [...Array<string>(COLUMNS.length - 1).fill(''), address])];
}

/** Returns `vlan 100 on eth0`, `veth in br0` or `loopback`. */
function kindOf(one: NetworkInterface): string {
  const kind = one.kind ?? (one.flags.includes('loopback') ? 'loopback' : '-');
  const id = one.vlanId === undefined ? '' : ` ${one.vlanId}`;
  const parent = one.parent === undefined ? '' : ` on ${one.parent}`;
  const master = one.master === undefined ? '' : ` in ${one.master}`;
  return `${kind}${id}${parent}${master}`;
}
