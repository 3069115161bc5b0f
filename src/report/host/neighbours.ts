/** The ARP cache as FreeBSD arp -a prints it, and the NDP cache as FreeBSD ndp -a. @module */
import { printable } from '../../base/text.ts';
import type { NeighbourEntry } from '../../inspect/index.ts';
import { csvLine } from '../csv.ts';
import { formatColumns, type TableColumn } from './columns.ts';

/** Returns the name of an address, if it is known. */
export type AddressName = (address: string) => string | undefined;

/**
 * Formats one line per entry: `host (10.1.1.2) at 02:00:00:00:00:02 on eth0 permanent [ethernet]`. Linux entries do not
 * expire; state and age stand in the place of the expiry.
 */
export function formatArpCache(entries: readonly NeighbourEntry[], nameOf: AddressName = () => undefined): string {
  return entries
    .map((entry) => {
      const name = nameOf(entry.address) ?? '?';
      const kind = entry.isEthernet ? ' [ethernet]' : '';
      const vendor = entry.vendor === undefined ? '' : ` [${entry.vendor}]`;
      const where = `${name} (${entry.address}) at ${entry.mac ?? '(incomplete)'} on ${entry.interface}`;
      return `${printable(`${where} ${stateAndAge(entry)}${kind}${vendor}`)}\n`;
    })
    .join('');
}

function stateAndAge({ state, mac, confirmed, isExternLearned }: NeighbourEntry): string {
  const learned = isExternLearned ? ', learned from a control plane' : '';
  if (mac === undefined || confirmed === undefined || state === 'permanent') return state + learned;
  return `${state}, confirmed ${Math.floor(confirmed)} seconds ago${learned}`;
}

/** FreeBSD usr.sbin/ndp, with the age in place of the expiry, and the vendor. */
const NDP_COLUMNS: readonly TableColumn[] = [
  { title: 'Neighbor', width: 39 },
  { title: 'Linklayer Address', width: 17 },
  { title: 'Netif', width: 6, right: true },
  { title: 'Age', width: 9 },
  { title: 'S' },
  { title: 'Flags', width: 5 },
  { title: 'Vendor' },
];

/** Letters of FreeBSD for states; F is ours. */
const STATE_LETTERS: Readonly<Record<NeighbourEntry['state'], string>> = {
  none: 'N',
  incomplete: 'I',
  reachable: 'R',
  stale: 'S',
  delay: 'D',
  probe: 'P',
  failed: 'F',
  noArp: 'N',
  permanent: 'R',
};

/** Formats a line per entry, after the titles. */
export function formatNdpCache(entries: readonly NeighbourEntry[], nameOf: AddressName = () => undefined): string {
  const rows = entries.map((entry) => [
    nameOf(entry.address) ?? scopedAddress(entry),
    entry.mac ?? '(incomplete)',
    entry.interface,
    ageText(entry),
    STATE_LETTERS[entry.state],
    entry.isRouter ? 'R' : '',
    entry.vendor ?? '',
  ]);
  return formatColumns(NDP_COLUMNS, rows);
}

/** Link-local addresses carry the interface: `fe80::1%eth0` (RFC 4007, 11). */
function scopedAddress({ address, interface: name }: NeighbourEntry): string {
  return /^fe[89ab]/.test(address) ? `${address}%${name}` : address;
}

function ageText({ state, mac, confirmed }: NeighbourEntry): string {
  if (state === 'permanent') return 'permanent';
  return mac === undefined || confirmed === undefined ? '' : `${Math.floor(confirmed)}s`;
}

const CSV_FIELDS = [
  'address',
  'mac',
  'interface',
  'state',
  'confirmed',
  'used',
  'updated',
  'probes',
  'isRouter',
  'isExternLearned',
  'vendor',
] as const;

/** Formats one line per entry, after a line of names. */
export function formatNeighboursCsv(entries: readonly NeighbourEntry[]): string {
  const lines = entries.map((entry) => csvLine(CSV_FIELDS.map((field) => entry[field])));
  return csvLine(CSV_FIELDS) + lines.join('');
}
