/** Reads sockets from /proc/net, for kernels and sandboxes without socket diagnosis. @module */
import { writeU32le } from '../base/bytes.ts';
import {
  addressText,
  type InetSocket,
  type SocketProtocolName,
  type SocketStateName,
  stateName,
  timerName,
} from '../netlink/index.ts';
import { readIfThere } from './read-if-there.ts';

interface ProcQuery {
  readonly families?: readonly (4 | 6)[];
  readonly states?: readonly SocketStateName[];
}

/** `/proc/net` belongs to the main thread; this path follows the namespace of the calling thread. */
const FOLDER = '/proc/thread-self/net';

/** Clock ticks per second in /proc (USER_HZ), on every architecture that Node supports. */
const TICK = 1_000 / 100;

/** Returns the sockets of a protocol; undefined if /proc has none of its files. */
export function readProcSockets(protocol: SocketProtocolName, query: ProcQuery): InetSocket[] | undefined {
  const { families = [4, 6], states } = query;
  let isFound = false;
  const sockets: InetSocket[] = [];
  for (const family of families) {
    const text = readIfThere(`${FOLDER}/${protocol}${family === 6 ? '6' : ''}`);
    isFound ||= text !== undefined;
    for (const socket of parseProcSockets(protocol, family, text ?? '')) {
      if (states === undefined || states.includes(socket.state)) sockets.push(socket);
    }
  }
  return isFound ? sockets : undefined;
}

/**
 * Columns: number, local address, remote address, state, `tx_queue:rx_queue`, `timer:expires`, retransmits, uid, timeout,
 * inode, then others; the last of udp and raw is the number of drops.
 */
const LINE =
  /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]{2}) ([0-9A-F]+):([0-9A-F]+) ([0-9A-F]{2}):([0-9A-F]+) ([0-9A-F]+) +(\d+) +\d+ +(\d+) (.*)$/;

/** Parses a file such as /proc/net/tcp6. Lines that do not look like a socket are skipped. */
export function parseProcSockets(protocol: SocketProtocolName, family: 4 | 6, text: string): InetSocket[] {
  const sockets: InetSocket[] = [];
  for (const line of text.split('\n')) {
    const fields = LINE.exec(line);
    if (fields === null) continue;
    const [, local = '', localPort = '', remote = '', remotePort = '', stateText = '', send = '', receive = ''] =
      fields;
    const [timer = '', expires = '', retransmits = '', uid = '', inode = '', rest = ''] = fields.slice(8);
    const state = stateName(hexadecimal(stateText));
    const localAddress = procAddress(local, family);
    const remoteAddress = procAddress(remote, family);
    if (state === undefined || localAddress === undefined || remoteAddress === undefined) continue;
    sockets.push({
      protocol,
      family,
      state,
      localAddress,
      remoteAddress,
      localPort: hexadecimal(localPort),
      remotePort: hexadecimal(remotePort),
      // /proc does not tell whether an IPv6 socket accepts IPv4.
      isDualStack: false,
      interfaceIndex: 0,
      receiveQueue: hexadecimal(receive),
      sendQueue: hexadecimal(send),
      uid: Number(uid),
      inode: Number(inode),
      cookie: undefined,
      timer: timerName(hexadecimal(timer)),
      expires: hexadecimal(expires) * TICK,
      retransmits: hexadecimal(retransmits),
      drops: protocol === 'tcp' ? undefined : Number(/(\d+) *$/.exec(rest)?.[1] ?? 0),
      congestion: undefined,
      info: undefined,
    });
  }
  return sockets;
}

function hexadecimal(digits: string): number {
  return Number.parseInt(digits, 16);
}

/** Words of 32 bits in host order; undefined for another length. */
function procAddress(digits: string, family: 4 | 6): string | undefined {
  const bytes = new Uint8Array(family === 4 ? 4 : 16);
  if (digits.length !== bytes.length * 2) return undefined;
  for (let at = 0; at < bytes.length; at += 4) writeU32le(bytes, at, hexadecimal(digits.slice(at * 2, at * 2 + 8)));
  return addressText(bytes, 0, family === 4);
}
