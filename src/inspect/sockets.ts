/** Lists the TCP, UDP and raw sockets of a network namespace. @module */
import { StackError } from '../base/errors.ts';
import {
  connectNetlink,
  decodeLink,
  dumpLinks,
  dumpSockets,
  type InetSocket,
  type NetlinkConnection,
  NetlinkProtocol,
  openNetlinkSocket,
  SOCKET_MESSAGE_TYPE,
  SocketDecoder,
  type SocketDetails,
  type SocketProtocolName,
  type SocketStateName,
  stateMask,
} from '../netlink/index.ts';
import { inNamespace, type NetworkNamespace } from '../sys/namespace.ts';
import { readProcSockets } from './proc-sockets.ts';

export interface SocketQuery extends SocketDetails {
  /** Default: TCP, UDP and raw. */
  readonly protocols?: readonly SocketProtocolName[];
  /** Default: both. */
  readonly families?: readonly (4 | 6)[];
  /** Default: every state. */
  readonly states?: readonly SocketStateName[];
  /** Default: that of the calling thread. Not closed. */
  readonly namespace?: NetworkNamespace;
  /** A connection to `NetlinkProtocol.socketDiagnosis` in the namespace, in place of a new one. Not closed. */
  readonly netlink?: NetlinkConnection;
}

export interface HostSocket extends InetSocket {
  /** Name of the interface that the socket is bound to: hostile text. */
  readonly interface?: string;
}

export interface SocketTable {
  readonly sockets: readonly HostSocket[];
  /** False if the kernel's table changed during every attempt to read it: sockets may be missing or duplicated. */
  readonly isConsistent: boolean;
  /** Protocols that were read from /proc/net, which has neither drops of listeners nor TCP information. */
  readonly fromProc: readonly SocketProtocolName[];
}

const PROTOCOLS: readonly SocketProtocolName[] = ['tcp', 'udp', 'raw'];
const FAMILIES = [4, 6] as const;

/**
 * Lists sockets through netlink; where the kernel or a sandbox refuses, from /proc/net. Needs no privilege in the own
 * namespace.
 * @throws StackError if neither is available, or the namespace cannot be entered
 */
export async function listSockets(query: SocketQuery = {}): Promise<SocketTable> {
  const { protocols = PROTOCOLS, namespace } = query;
  const within = <T>(work: () => T): T => (namespace === undefined ? work() : inNamespace(namespace, work));
  const netlink = query.netlink ?? within(connectIfAllowed);
  const sockets: InetSocket[] = [];
  const fromProc: SocketProtocolName[] = [];
  let isConsistent = true;
  try {
    for (const protocol of protocols) {
      const found = netlink instanceof StackError ? netlink : await scanProtocol(netlink, protocol, query);
      if (found instanceof StackError) {
        const read = within(() => readProcSockets(protocol, query));
        if (read === undefined) throw found;
        sockets.push(...read);
        fromProc.push(protocol);
      } else {
        for (const socket of found.sockets) sockets.push(socket);
        isConsistent &&= found.isConsistent;
      }
    }
  } finally {
    if (query.netlink === undefined && !(netlink instanceof StackError)) netlink.close();
  }
  return { sockets: await nameInterfaces(sockets, within), isConsistent, fromProc };
}

/** Adds the names of interfaces; few sockets are bound to one. */
async function nameInterfaces(
  sockets: readonly InetSocket[],
  within: <T>(work: () => T) => T,
): Promise<readonly HostSocket[]> {
  if (sockets.every(({ interfaceIndex }) => interfaceIndex === 0)) return sockets;
  await using netlink = within(connectNetlink);
  const { messages } = await netlink.dump(dumpLinks(), { wanted: 'list interfaces' });
  const links = messages.flatMap((message) => decodeLink(message) ?? []);
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return sockets.map((socket) => {
    const name = names.get(socket.interfaceIndex);
    return name === undefined ? socket : { ...socket, interface: name };
  });
}

function connectIfAllowed(): NetlinkConnection | StackError {
  try {
    return connectNetlink(openNetlinkSocket(NetlinkProtocol.socketDiagnosis));
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
}

/** The refusal of a kernel that lacks the module of the protocol arrives inside NLMSG_DONE. */
async function scanProtocol(
  netlink: NetlinkConnection,
  protocol: SocketProtocolName,
  query: SocketQuery,
): Promise<Pick<SocketTable, 'sockets' | 'isConsistent'> | StackError> {
  const { families = FAMILIES, states } = query;
  const mask = states === undefined ? undefined : stateMask(states);
  const decoder = new SocketDecoder(protocol);
  const sockets: InetSocket[] = [];
  const visit = (type: number, bytes: Uint8Array, start: number, end: number): void => {
    const socket = type === SOCKET_MESSAGE_TYPE ? decoder.decode(bytes, start, end) : undefined;
    if (socket !== undefined) sockets.push(socket);
  };
  let isConsistent = true;
  try {
    for (const family of families) {
      const before = sockets.length;
      const begin = () => {
        sockets.length = before;
        return visit;
      };
      const wanted = `list ${protocol} sockets`;
      const isWhole = await netlink.scan(dumpSockets(protocol, family, mask, query), begin, { wanted });
      isConsistent &&= isWhole;
    }
  } catch (error) {
    if (error instanceof StackError) return error;
    throw error;
  }
  return { sockets, isConsistent };
}
