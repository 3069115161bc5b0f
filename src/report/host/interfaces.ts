/** The table of `tapline interfaces`. @module */
import stringWidth from 'string-width';
import { printable } from '../../base/text.ts';
import type { NetworkInterface } from '../../inspect/index.ts';

const HEADINGS = ['Index', 'Interface', 'State', 'MAC address', 'MTU', 'Link type', 'Kind', 'Addresses'];
/** Columns of numbers. */
const RIGHT_ALIGNED: ReadonlySet<number> = new Set([0, 4]);
const GAP = '  ';

/**
 * Returns a line per interface; each further address has a line of its own, below the first. Columns are as wide as
 * their content. Ends with a line end.
 */
export function formatInterfaces(interfaces: readonly NetworkInterface[]): string {
  const rows = [HEADINGS, ...interfaces.flatMap(rowsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))));
  return rows.map((row) => `${formatRow(row, widths)}\n`).join('');
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = widths.map((width, column) => {
    const text = row[column] ?? '';
    const padding = ' '.repeat(width - stringWidth(text));
    return RIGHT_ALIGNED.has(column) ? padding + text : text + padding;
  });
  return cells.join(GAP).trimEnd();
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
