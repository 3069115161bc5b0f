/** Opens the sockets for one kind of probe, with or without privilege. @module */
import { formatAddress } from '../../base/address.ts';
import { StackError, SyscallError } from '../../base/errors.ts';
import { ipProtocolOf } from '../../base/protocol-numbers.ts';
import type { BpfInstruction } from '../../bpf/index.ts';
import { SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, SOL_SOCKET } from '../../sys/constants.ts';
import {
  IP_MTU,
  IP_RECVERR,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_MTU,
  IPV6_RECVERR,
  SO_BROADCAST,
  SO_MARK,
  SO_RCVBUF,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOL_IP,
  SOL_IPV6,
} from '../../sys/inet-constants.ts';
import { InetSocket } from '../../sys/inet-socket.ts';
import { privilegeAdvice } from '../../sys/syscall.ts';
import { noRouteError } from '../route-error.ts';
import { ClockBridge } from './clock-bridge.ts';
import { readRealtime } from './kernel-clock.ts';
import type { KernelTransportOptions } from './kernel-options.ts';
import { KernelTransport } from './kernel-transport.ts';
import { PacketReceiver } from './packet-receiver.ts';
import { PacketSender } from './packet-sender.ts';
import { blockAll, filterTypes, prepareReceiver, prepareSender } from './prepare-sockets.ts';
import { echoFilter, portFilter, quoteFilter } from './socket-filters.ts';

const TINY_BUFFER = 1;
/** RFC 863; nothing is sent there. */
const DISCARD_PORT = 9;
const DEFAULT_MAX_MESSAGE = 1_500;

/**
 * Opens a transport. Synchronous, so that a caller can open it inside a network namespace.
 * @throws StackError `PRIVILEGE` if neither kind of socket can be opened
 * @throws SyscallError for an interface, address or option that the kernel refuses
 */
export function openKernelTransport(options: KernelTransportOptions): KernelTransport {
  const isEcho = (options.message ?? 'echo') === 'echo';
  const privilege = isEcho ? (options.privilege ?? 'auto') : 'raw'; // ping sockets send echo requests only
  if (privilege === 'none') return openUnprivileged(options);
  try {
    return openRaw(options);
  } catch (error) {
    const isRefused = error instanceof SyscallError && (error.errorName === 'EPERM' || error.errorName === 'EACCES');
    if (!isRefused || error.syscall !== 'socket') throw error;
    if (privilege === 'raw') throw explain(error, options);
  }
  return openUnprivileged(options);
}

function explain(cause: SyscallError, { protocol, message = 'echo' }: KernelTransportOptions): StackError {
  const alternative =
    protocol === 'icmp' && message === 'echo'
      ? ', or allow ping sockets with sysctl -w net.ipv4.ping_group_range="0 2147483647"'
      : protocol === 'tcp'
        ? ', or use UDP or ICMP probes'
        : '';
  return new StackError('PRIVILEGE', `${cause.message}; ${privilegeAdvice('CAP_NET_RAW')}${alternative}`, { cause });
}

/** The sockets opened so far. All are closed if a later one fails. */
class Sockets {
  readonly all: InetSocket[] = [];
  readonly #options: KernelTransportOptions;

  constructor(options: KernelTransportOptions) {
    this.#options = options;
  }

  open(type: number, protocol: number, what: string): InetSocket {
    const { family } = this.#options;
    const socket = new InetSocket(family, type, protocol, `open a ${what} socket`);
    this.all.push(socket);
    if (this.#options.interface !== undefined) socket.bindToDevice(this.#options.interface);
    if (this.#options.mark !== undefined) socket.set(SOL_SOCKET, SO_MARK, this.#options.mark, 'set a firewall mark');
    return socket;
  }

  closeAll(): void {
    for (const socket of this.all) socket.close();
  }
}

function openRaw(options: KernelTransportOptions): KernelTransport {
  return withSockets(options, (sockets) => {
    const { family, protocol } = options;
    const bridge = new ClockBridge(readRealtime);
    const number = ipProtocolOf(family, protocol);
    const transmit = sockets.open(SOCK_RAW, number, protocol === 'icmp' ? 'raw ICMP' : `raw ${protocol.toUpperCase()}`);
    const address = findSource(sockets, options);
    const port = keepPort(sockets, options, address);
    prepareSender(transmit, options);
    blockAll(transmit, family, protocol);
    const identifier = options.identifier ?? Math.floor(Math.random() * 0xffff) + 1;
    const receivers: InetSocket[] = [];
    const icmp = sockets.open(SOCK_RAW, ipProtocolOf(family, 'icmp'), 'raw ICMP');
    prepareReceiver(icmp, family, family === 4);
    filterTypes(icmp, family, protocol);
    icmp.attachFilter(protocol === 'icmp' ? replyFilter(options, identifier) : quoteFilter(family, number));
    receivers.push(icmp);
    if (protocol === 'tcp') {
      const segments = sockets.open(SOCK_RAW, IPPROTO_TCP, 'raw TCP');
      prepareReceiver(segments, family, family === 4);
      segments.attachFilter(portFilter(family, port, Math.min(0xffff, port + (options.flows ?? 0))));
      receivers.push(segments);
    }
    discardEarly(receivers);
    const sender = new PacketSender(transmit, bridge, senderOptions(sockets, options, false));
    return new KernelTransport({
      bridge,
      sender,
      polledSender: undefined,
      sockets: sockets.all,
      inbound: receivers.map((socket, index) => ({
        socket,
        receiver: new PacketReceiver(socket, bridge, {
          protocol: index === 0 ? ipProtocolOf(family, 'icmp') : IPPROTO_TCP,
          hasIpHeader: family === 4,
          maxPacketLength: 60 + (options.maxMessageLength ?? DEFAULT_MAX_MESSAGE),
        }),
      })),
      capabilities: {
        name: 'raw socket',
        kernelTransmitTime: sender.hasTransmitTime,
        kernelReceiveTime: true,
        identifier: protocol === 'icmp' ? identifier : undefined,
        seesErrors: true,
        sourcePort: protocol === 'icmp' ? undefined : port,
        sourceAddress: address,
      },
    });
  });
}

function openUnprivileged(options: KernelTransportOptions): KernelTransport {
  const { family, protocol } = options;
  if (protocol === 'tcp') throw explain(new SyscallError('socket', 1, 'EPERM', 'open a raw TCP socket'), options);
  return withSockets(options, (sockets) => {
    const bridge = new ClockBridge(readRealtime);
    const socket = openDatagram(sockets, options);
    const address = findSource(sockets, options);
    prepareSender(socket, options);
    prepareReceiver(socket, family, false);
    socket.set(
      ...((family === 4 ? [SOL_IP, IP_RECVERR] : [SOL_IPV6, IPV6_RECVERR]) as [number, number]),
      1,
      'receive ICMP errors',
    );
    if (options.source === undefined) socket.bind(new Uint8Array(family === 4 ? 4 : 16), 0);
    const { port } = socket.localName();
    const sender = new PacketSender(
      socket,
      bridge,
      senderOptions(sockets, options, protocol === 'udp'),
      SOF_TIMESTAMPING_RX_SOFTWARE,
    );
    const receiver = new PacketReceiver(socket, bridge, {
      protocol: ipProtocolOf(family, protocol),
      hasIpHeader: false,
      maxPacketLength: options.maxMessageLength ?? DEFAULT_MAX_MESSAGE,
    });
    return new KernelTransport({
      bridge,
      sender,
      polledSender: undefined,
      sockets: sockets.all,
      inbound: [{ socket, receiver }],
      capabilities: {
        name: protocol === 'icmp' ? 'ping socket' : 'UDP socket',
        kernelTransmitTime: sender.hasTransmitTime,
        kernelReceiveTime: true,
        identifier: protocol === 'icmp' ? port : undefined,
        seesErrors: true,
        sourcePort: protocol === 'icmp' ? undefined : port,
        sourceAddress: address,
      },
    });
  });
}

function openDatagram(sockets: Sockets, options: KernelTransportOptions): InetSocket {
  const { family, protocol } = options;
  if (protocol === 'udp') return sockets.open(SOCK_DGRAM, IPPROTO_UDP, 'UDP');
  try {
    return sockets.open(SOCK_DGRAM, ipProtocolOf(family, 'icmp'), 'ping');
  } catch (error) {
    throw error instanceof SyscallError ? explain(error, options) : error;
  }
}

function withSockets(options: KernelTransportOptions, build: (sockets: Sockets) => KernelTransport): KernelTransport {
  const sockets = new Sockets(options);
  try {
    return build(sockets);
  } catch (error) {
    sockets.closeAll();
    throw error;
  }
}

/** ICMP types of replies (IANA), and the offset of the identifier: that of a node information reply is in its nonce. */
const REPLIES = {
  4: { echo: [0, 4], timestamp: [14, 4], mask: [18, 4] },
  6: { echo: [129, 4], 'node-information': [140, 8] },
} as const;

function replyFilter({ family, message = 'echo' }: KernelTransportOptions, identifier: number): BpfInstruction[] {
  const replies: Readonly<Record<string, readonly [type: number, identifierAt: number]>> = REPLIES[family];
  const [type, at] = replies[message] ?? REPLIES[family].echo;
  return echoFilter(family, type, identifier, at);
}

/** Returns the source address that routing selects. */
function findSource(sockets: Sockets, options: KernelTransportOptions): Uint8Array {
  const finder = sockets.open(SOCK_DGRAM, IPPROTO_UDP, 'UDP');
  if (options.allowBroadcast === true) finder.trySet(SOL_SOCKET, SO_BROADCAST, 1);
  try {
    if (options.source !== undefined) finder.bind(options.source, 0);
    finder.connect(options.destination, DISCARD_PORT);
  } catch (error) {
    throw error instanceof SyscallError ? explainRoute(error, options) : error;
  }
  return finder.localName().address;
}

/** Turns the errors of routing into sentences. */
function explainRoute(error: SyscallError, { source, destination }: KernelTransportOptions): StackError {
  const target = formatAddress(destination);
  const cause = { cause: error };
  switch (error.errorName) {
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return noRouteError(target, error);
    case 'EACCES':
      return new StackError('NO_ROUTE', `${target} is a broadcast address or prohibited; -b allows broadcast`, cause);
    case 'EADDRNOTAVAIL':
      if (source === undefined) return error;
      return new StackError('TARGET', `${formatAddress(source)} is not an address of this machine`, cause);
    default:
      return error;
  }
}

/** Reserves a port on a socket that is never read. Otherwise another program could get the port, and the replies. */
function keepPort(sockets: Sockets, { family, protocol }: KernelTransportOptions, address: Uint8Array): number {
  if (protocol === 'icmp') return 0;
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  const keeper = sockets.open(type, ipProtocolOf(family, protocol), protocol.toUpperCase());
  keeper.trySet(SOL_SOCKET, SO_RCVBUF, TINY_BUFFER);
  keeper.bind(address, 0);
  return keeper.localName().port;
}

/** Discards packets that arrived before the filter was attached. */
function discardEarly(sockets: readonly InetSocket[]): void {
  for (const socket of sockets) socket.discardReceived();
}

function senderOptions(
  sockets: Sockets,
  options: KernelTransportOptions,
  stripsUdpHeader: boolean,
): ConstructorParameters<typeof PacketSender>[2] {
  const { family } = options;
  return {
    maxMessageLength: options.maxMessageLength ?? DEFAULT_MAX_MESSAGE,
    stripsUdpHeader,
    wantsTransmitTime: options.wantsTransmitTime ?? true,
    flowLabel: options.flowLabel ?? 0,
    pathMtu: (destination) => {
      const finder = sockets.all.find((socket) => socket.isConnected);
      if (finder === undefined) return undefined;
      try {
        finder.connect(destination, DISCARD_PORT); // again, since the kernel has learned a new path MTU
      } catch {
        return undefined;
      }
      return family === 4 ? finder.get(SOL_IP, IP_MTU) : finder.get(SOL_IPV6, IPV6_MTU);
    },
  };
}
