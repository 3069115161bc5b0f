/** The table of `tapline interfaces`. @module */
import { printable } from '../../base/text.ts';
import type { NetworkInterface } from '../../inspect/index.ts';
import { formatColumns } from './columns.ts';

const HEADINGS = ['#', 'Interface', 'State', 'MAC address', 'MTU', 'Link type', 'Kind', 'Addresses'];
/** The index and the MTU. */
const RIGHT_ALIGNED: ReadonlySet<number> = new Set([0, 4]);

/** Formats one line per interface; each further address on its own line, below the first. Ends with a newline. */
export function formatInterfaces(interfaces: readonly NetworkInterface[]): string {
  return formatColumns(HEADINGS, interfaces.flatMap(rowsOf), { right: RIGHT_ALIGNED });
}

function rowsOf(one: NetworkInterface): string[][] {
  const [first = '-', ...rest] = one.addresses.map(
    ({ address, prefixLength, tentative }) => `${address}/${prefixLength}${tentative ? ' (tentative)' : ''}`,
  );
  const row = [
    String(one.index),
    printable(one.name),
    one.state,
    one.mac ?? '-',
    String(one.mtu),
    one.linkTypeName,
    kindOf(one),
    first,
  ];
  return [row, ...rest.map((address) => [...Array<string>(HEADINGS.length - 1).fill(''), address])];
}

/** `vlan 100 on eth0`, `veth in br0`, `loopback`. */
function kindOf(one: NetworkInterface): string {
  const kind = one.kind ?? (one.flags.includes('loopback') ? 'loopback' : '-');
  const id = one.vlanId === undefined ? '' : ` ${one.vlanId}`;
  const parent = one.parent === undefined ? '' : ` on ${one.parent}`;
  const master = one.master === undefined ? '' : ` in ${one.master}`;
  return printable(`${kind}${id}${parent}${master}`);
}
