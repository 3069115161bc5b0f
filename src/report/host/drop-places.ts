/** Where the host dropped packets. @module */
import type { HostDrops, InterfaceCounters } from '../../inspect/index.ts';
import { formatColumns, type TableColumn } from './columns.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'Name', width: 5 },
  { title: 'Missed', width: 8, right: true },
  { title: 'Protocol', width: 8, right: true },
  { title: 'Nohandler', width: 9, right: true },
  { title: 'Otherhost', width: 9, right: true },
  { title: 'Driver', width: 8, right: true },
  { title: 'Queue', width: 8, right: true },
  { title: 'Discipline', width: 10 },
];

/**
 * Formats a line per interface, then the places that belong to no interface. Incoming: Missed (no room in the ring of
 * the device), Protocol (`rx_dropped`: driver or protocol), Nohandler, Otherhost; outgoing: Driver (`tx_dropped`), Queue
 * (queueing discipline).
 */
export function formatDropPlaces(interfaces: readonly InterfaceCounters[], drops: HostDrops): string {
  const rows = interfaces.map(({ name, statistics: counters, rootQueue }) => [
    name,
    String(counters.rxMissedErrors),
    String(counters.rxDropped),
    String(counters.rxNoHandler),
    String(counters.rxOtherHostDropped),
    String(counters.txDropped),
    String(rootQueue?.drops ?? '-'),
    rootQueue?.kind ?? '-',
  ]);
  const { softnet, listener } = drops;
  return (
    `Where packets were dropped\n${formatColumns(COLUMNS, rows)}` +
    `softnet: ${softnet.dropped} dropped, ${softnet.flowLimited} by the flow limit, ${softnet.squeezed} squeezed\n` +
    `TCP listeners: ${listener.drops} requests dropped, ${listener.overflows} because an accept queue was full\n`
  );
}
