/** Active sockets, view 1 of `tapline netstat`. @module */
import { printable } from '../../base/text.ts';
import type { HostSocket, SocketChange, SocketChanges, SocketHolder } from '../../inspect/index.ts';
import { csvLine } from '../csv.ts';
import { bsdProtocol, colonEnd, dottedEnd, type EndNames, localEnd, remoteEnd } from './socket-names.ts';
import { tcpInfoText } from './tcp-info-text.ts';

export interface SocketStyle extends EndNames {
  /** FreeBSD's netstat, or net-tools. */
  readonly style: 'bsd' | 'linux';
  /** Adds a line of TCP information below each connection. */
  readonly showInfo: boolean;
  /** Adds a column with the processes that hold the socket. */
  readonly holdersOf?: (socket: HostSocket) => readonly SocketHolder[];
}

const BSD_TITLE = 'Active Internet connections (including servers)';
const LINUX_TITLE = 'Active Internet connections (servers and established)';

const BSD_STATES: Readonly<Record<HostSocket['state'], string>> = {
  established: 'ESTABLISHED',
  'syn-sent': 'SYN_SENT',
  'syn-received': 'SYN_RCVD',
  'fin-wait-1': 'FIN_WAIT_1',
  'fin-wait-2': 'FIN_WAIT_2',
  'time-wait': 'TIME_WAIT',
  close: 'CLOSED',
  'close-wait': 'CLOSE_WAIT',
  'last-ack': 'LAST_ACK',
  listen: 'LISTEN',
  closing: 'CLOSING',
};
/** Names of net-tools, where they differ. */
const LINUX_STATES: Readonly<Partial<Record<HostSocket['state'], string>>> = {
  'syn-received': 'SYN_RECV',
  'fin-wait-1': 'FIN_WAIT1',
  'fin-wait-2': 'FIN_WAIT2',
  close: 'CLOSE',
};

/** The cells of a line; queues are aligned to the right already. */
interface Cells {
  readonly protocol: string;
  readonly receive: string;
  readonly send: string;
  readonly local: string;
  readonly remote: string;
  readonly state: string;
  readonly holders: string;
}

const TITLES = {
  protocol: 'Proto',
  receive: 'Recv-Q',
  send: 'Send-Q',
  local: 'Local Address',
  remote: 'Foreign Address',
};

/** Formats the title, the header and a line per socket. */
export function formatSockets(sockets: readonly HostSocket[], style: SocketStyle): string {
  const isBsd = style.style === 'bsd';
  const holders = style.holdersOf === undefined ? '' : isBsd ? 'PID/Command' : 'PID/Program name';
  const header = isBsd
    ? bsdLine({ ...TITLES, state: '(state)', holders })
    : linuxLine({ ...TITLES, state: 'State', holders });
  let text = `${isBsd ? BSD_TITLE : LINUX_TITLE}\n${header}\n`;
  for (const socket of sockets) text += `${socketLine(socket, style)}\n`;
  return text;
}

/** Formats what happened since the last list: `+` appeared, `-` vanished, `~` changed. */
export function formatSocketChanges(changes: SocketChanges, style: SocketStyle): string {
  const lines = [
    ...changes.appeared.map((socket) => `+ ${socketLine(socket, style)}`),
    ...changes.vanished.map((socket) => `- ${socketLine(socket, style)}`),
    ...changes.changed.map((change) => `~ ${socketLine(change.now, style)}  ${changeText(change, style)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function socketLine(socket: HostSocket, style: SocketStyle): string {
  const holders = style.holdersOf === undefined ? '' : holdersText(style.holdersOf(socket));
  const line = style.style === 'bsd' ? bsdSocket(socket, style, holders) : linuxSocket(socket, style, holders);
  const info = style.showInfo ? tcpInfoText(socket) : '';
  return info === '' ? line : `${line}\n\t${info}`;
}

/** FreeBSD counts bytes in the queues of a listener, which are always 0; the queues of connections are view 4. */
function bsdSocket(socket: HostSocket, names: EndNames, holders: string): string {
  const isListener = socket.state === 'listen';
  return bsdLine({
    protocol: bsdProtocol(socket),
    receive: String(isListener ? 0 : socket.receiveQueue).padStart(6),
    send: String(isListener ? 0 : socket.sendQueue).padStart(6),
    local: dottedEnd(localEnd(socket), names),
    remote: dottedEnd(remoteEnd(socket), names),
    state: stateText(socket, 'bsd'),
    holders,
  });
}

function linuxSocket(socket: HostSocket, names: EndNames, holders: string): string {
  return linuxLine({
    protocol: socket.family === 6 ? `${socket.protocol}6` : socket.protocol,
    receive: String(socket.receiveQueue).padStart(6),
    send: String(socket.sendQueue).padStart(6),
    local: colonEnd(localEnd(socket), names),
    remote: colonEnd(remoteEnd(socket), names),
    state: stateText(socket, 'linux'),
    holders,
  });
}

/** FreeBSD: `%-5.5s %-6.6s %-6.6s %-22.22s %-22.22s (state)`. A long name moves the rest of its line. */
function bsdLine({ protocol, receive, send, local, remote, state, holders }: Cells): string {
  const line = `${protocol.padEnd(5)} ${receive} ${send} ${local.padEnd(22)} ${remote.padEnd(22)} `;
  return holders === '' ? (line + state).trimEnd() : `${line}${state.padEnd(11)} ${holders}`;
}

/** net-tools: `%-4s %6ld %6ld %-23s %-23s %-11s`. */
function linuxLine({ protocol, receive, send, local, remote, state, holders }: Cells): string {
  const line = `${protocol.padEnd(5)} ${receive} ${send} ${local.padEnd(23)} ${remote.padEnd(23)} ${state.padEnd(11)}`;
  return `${line} ${holders}`.trimEnd();
}

/** Only TCP has states; net-tools shows that a UDP socket is connected. */
function stateText({ protocol, state }: HostSocket, style: SocketStyle['style']): string {
  const isStateless = protocol !== 'tcp' && (style === 'bsd' || state === 'close');
  if (isStateless) return '';
  return (style === 'linux' ? LINUX_STATES[state] : undefined) ?? BSD_STATES[state];
}

/** `812/nginx,814/nginx`; `-` without a process. */
function holdersText(holders: readonly SocketHolder[]): string {
  return holders.length === 0 ? '-' : holders.map(({ pid, command }) => `${pid}/${printable(command)}`).join(',');
}

/** `ESTABLISHED to TIME_WAIT, Send-Q -512`. */
function changeText({ before, now }: SocketChange, { style }: SocketStyle): string {
  const parts = before.state === now.state ? [] : [`was ${stateText(before, style)}`];
  const counters = [
    ['Recv-Q', before.receiveQueue, now.receiveQueue],
    ['Send-Q', before.sendQueue, now.sendQueue],
    ['drops', before.drops, now.drops],
    ['retransmits', before.info?.totalRetransmits, now.info?.totalRetransmits],
  ] as const;
  for (const [name, from = 0, to = from] of counters) {
    if (to !== from) parts.push(`${name} ${to > from ? '+' : ''}${to - from}`);
  }
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}

/** Formats the sockets as comma-separated values, with a header. Times in milliseconds. */
export function formatSocketsCsv(
  sockets: readonly HostSocket[],
  holdersOf?: (socket: HostSocket) => readonly SocketHolder[],
): string {
  const header =
    'protocol,family,local_address,local_port,remote_address,remote_port,state,receive_queue,send_queue,' +
    'interface,uid,inode,drops,rtt,rtt_variation,congestion_window,retransmits,congestion,processes\n';
  const lines = sockets.map((socket) =>
    csvLine([
      socket.protocol,
      socket.family,
      socket.localAddress,
      socket.localPort,
      socket.remoteAddress,
      socket.remotePort,
      socket.state,
      socket.receiveQueue,
      socket.sendQueue,
      socket.interface,
      socket.uid,
      socket.inode,
      socket.drops,
      socket.info?.roundTrip,
      socket.info?.roundTripVariation,
      socket.info?.congestionWindow,
      socket.info?.totalRetransmits,
      socket.congestion,
      holdersOf?.(socket)
        .map(({ pid, command }) => `${pid}/${command}`)
        .join(' '),
    ]),
  );
  return header + lines.join('');
}
