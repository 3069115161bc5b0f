/** Queues of listening sockets, view 4 of `tapline netstat`. @module */
import type { HostDrops, ListenQueue } from '../../inspect/index.ts';
import { csvLine } from '../csv.ts';
import { formatColumns, type TableColumn } from './columns.ts';
import { bsdProtocol, colonEnd, dottedEnd, type EndNames, localEnd } from './socket-names.ts';

/** FreeBSD cuts names here, so that the port fits into the column. */
const MAX_HOST_LENGTH = 16;

const TITLE = 'Current listen queue sizes (qlen/incqlen/maxqlen)';

/** Formats a line per listener: `tcp4  0/0/50 …`, as `netstat -L` of FreeBSD: `%-5.5s %-32.32s %-22.22s`. */
export function formatListenQueues(queues: readonly ListenQueue[], names: EndNames): string {
  const header = queueLine('Proto', 'Listen', 'Local Address');
  const lines = queues.map(({ socket, waiting, incomplete, limit }) =>
    queueLine(
      bsdProtocol(socket),
      `${waiting}/${incomplete}/${limit}`,
      dottedEnd(localEnd(socket), names, MAX_HOST_LENGTH),
    ),
  );
  return [TITLE, header, ...lines].map((line) => `${line}\n`).join('');
}

function queueLine(protocol: string, sizes: string, address: string): string {
  return `${protocol.padEnd(5)} ${sizes.padEnd(32)} ${address}`.trimEnd();
}

const LINUX_COLUMNS: readonly TableColumn[] = [
  { title: 'Proto' },
  { title: 'Waiting', right: true },
  { title: 'Half-open', right: true },
  { title: 'Limit', right: true },
  { title: 'Drops', right: true },
  { title: 'Local Address' },
];

/** Formats a table with the drops of each listener. */
export function formatLinuxListenQueues(queues: readonly ListenQueue[], names: EndNames): string {
  const rows = queues.map(({ socket, waiting, incomplete, limit, drops }) => [
    socket.family === 6 ? 'tcp6' : 'tcp',
    String(waiting),
    String(incomplete),
    String(limit),
    String(drops ?? '-'),
    colonEnd(localEnd(socket), names),
  ]);
  return formatColumns(LINUX_COLUMNS, rows, '  ');
}

/** Formats a line for each listener that is full or has dropped connections, and one with the counters of the host. */
export function formatListenProblems(
  queues: readonly ListenQueue[],
  counters: HostDrops['listener'],
  names: EndNames,
): string {
  const lines = queues.flatMap(({ socket, waiting, limit, drops = 0 }) => {
    const parts = [
      ...(waiting > limit ? [`queue full (${waiting} of ${limit})`] : []),
      ...(drops > 0 ? [`${drops} connection requests dropped`] : []),
    ];
    return parts.length === 0 ? [] : `${dottedEnd(localEnd(socket), names)}: ${parts.join(', ')}\n`;
  });
  const { overflows, drops } = counters;
  const all = `all listeners since start: ${overflows} queue overflows, ${drops} connection requests dropped\n`;
  return lines.join('') + all;
}

/** Formats the queues as comma-separated values, with a header. */
export function formatListenQueuesCsv(queues: readonly ListenQueue[]): string {
  const header = 'family,local_address,local_port,interface,waiting,incomplete,limit,drops,uid,inode\n';
  const lines = queues.map(({ socket, waiting, incomplete, limit, drops }) =>
    csvLine([
      socket.family,
      socket.localAddress,
      socket.localPort,
      socket.interface,
      waiting,
      incomplete,
      limit,
      drops,
      socket.uid,
      socket.inode,
    ]),
  );
  return header + lines.join('');
}
