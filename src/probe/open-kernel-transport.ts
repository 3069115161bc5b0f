/** Opens the kernel's sockets for one kind of probe, with privilege or without. @module */
import { StackError, SyscallError } from '../base/errors.ts';
import { SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, SOL_SOCKET } from '../sys/constants.ts';
import {
  ICMP_FILTER,
  ICMP6_FILTER,
  IP_MTU,
  IP_MTU_DISCOVER,
  IP_OPTIONS,
  IP_RECVERR,
  IP_RECVTTL,
  IP_TOS,
  IPPROTO_ICMP,
  IPPROTO_ICMPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPV6_AUTOFLOWLABEL,
  IPV6_MTU,
  IPV6_MTU_DISCOVER,
  IPV6_RECVERR,
  IPV6_RECVHOPLIMIT,
  IPV6_TCLASS,
  SO_BROADCAST,
  SO_MARK,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RXQ_OVFL,
  SO_TIMESTAMPNS,
  SOF_TIMESTAMPING_RX_SOFTWARE,
  SOL_IP,
  SOL_IPV6,
  SOL_RAW,
} from '../sys/inet-constants.ts';
import { InetSocket } from '../sys/inet-socket.ts';
import { ClockBridge } from './clock-bridge.ts';
import { readRealtime } from './kernel-clock.ts';
import { icmpProtocol, KernelTransport } from './kernel-transport.ts';
import { PacketReceiver } from './packet-receiver.ts';
import { PacketSender } from './packet-sender.ts';
import { echoFilter, portFilter, quoteFilter } from './socket-filters.ts';

export interface KernelTransportOptions {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Where the probes go: our source address depends on it. With many targets, any of them. */
  readonly destination: Uint8Array;
  /** `raw` needs CAP_NET_RAW; `auto`, the default, takes it where it is to be had. */
  readonly privilege?: 'auto' | 'raw' | 'none';
  readonly source?: Uint8Array;
  readonly interface?: string;
  /** Firewall mark; needs CAP_NET_ADMIN. */
  readonly mark?: number;
  /** Type of service or traffic class. */
  readonly trafficClass?: number;
  /** `do` sets "don't fragment", `dont` fragments, `probe` sets it and ignores what is known of the path. */
  readonly pathMtu?: 'do' | 'dont' | 'want' | 'probe';
  /** Asks for the way by IPv4's record route option (ping -R). */
  readonly recordRoute?: boolean;
  readonly allowBroadcast?: boolean;
  /** Largest transport message to send and to receive. */
  readonly largestMessage?: number;
  /** Echo identifier; random by default. Ping sockets have their own. */
  readonly identifier?: number;
  /** Asks for timestamp replies, not echo replies. */
  readonly isTimestamp?: boolean;
  /** The kernel's time of sending, for each probe; true by default. */
  readonly wantsTransmitTime?: boolean;
  /** Source ports beside the first that answers may go to. */
  readonly flows?: number;
}

const RECEIVE_BUFFER = 8 << 20;
const TINY_BUFFER = 1;
/** RFC 863; nothing is sent there. */
const DISCARD_PORT = 9;
const PMTU_DISCOVERY = { dont: 0, want: 1, do: 2, probe: 3 } as const;
const DEFAULT_LARGEST = 1_500;
/** Types that ICMP_FILTER lets through: a set bit blocks (linux/icmp.h). */
const ECHO_AND_ERRORS = ~((1 << 0) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12) | (1 << 14));
const ERRORS = ~((1 << 3) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12));
const NOTHING = -1;
/** Type, length and pointer of record route, room for nine addresses, end of list (RFC 791, 3.1). */
const RECORD_ROUTE = Uint8Array.from([7, 39, 4, ...new Uint8Array(37)]);

/**
 * Opens a transport. Synchronous, so that it can be done inside a network namespace.
 * @throws StackError `PRIVILEGE` when the system lets us have neither kind of socket
 * @throws SyscallError for an interface, address or option that the kernel refuses
 */
export function openKernelTransport(options: KernelTransportOptions): KernelTransport {
  const privilege = options.privilege ?? 'auto';
  if (privilege === 'none') return openUnprivileged(options);
  try {
    return openRaw(options);
  } catch (error) {
    const isRefused = error instanceof SyscallError && (error.errorName === 'EPERM' || error.errorName === 'EACCES');
    if (!isRefused || error.syscall !== 'socket') throw error;
    if (privilege === 'raw') throw explain(error, options.protocol);
  }
  return openUnprivileged(options);
}

function explain(cause: SyscallError, protocol: string): StackError {
  const pingSockets =
    protocol === 'icmp'
      ? ', or let a group open ping sockets (sysctl net.ipv4.ping_group_range="0 2147483647")'
      : protocol === 'tcp'
        ? ', or probe by UDP or ICMP'
        : '';
  return new StackError(
    'PRIVILEGE',
    `${cause.message}: needs CAP_NET_RAW: run as root, or give Node the capability ` +
      `(setcap cap_net_raw+ep "$(command -v node)")${pingSockets}`,
    { cause },
  );
}

/** Sockets that were opened so far; all are closed when a later one fails. */
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
    const number = protocolNumber(family, protocol);
    const transmit = sockets.open(SOCK_RAW, number, protocol === 'icmp' ? 'raw ICMP' : `raw ${protocol.toUpperCase()}`);
    const address = findSource(sockets, options);
    const port = keepPort(sockets, options, address);
    prepareSender(transmit, options);
    blockAll(transmit, family, protocol);
    const identifier = options.identifier ?? Math.floor(Math.random() * 0xffff) + 1;
    const receivers: InetSocket[] = [];
    const icmp = sockets.open(SOCK_RAW, protocolNumber(family, 'icmp'), 'raw ICMP');
    prepareReceiver(icmp, family);
    filterTypes(icmp, family, protocol);
    icmp.attachFilter(
      protocol === 'icmp' ? echoFilter(family, replyType(options), identifier) : quoteFilter(family, number),
    );
    receivers.push(icmp);
    if (protocol === 'tcp') {
      const segments = sockets.open(SOCK_RAW, IPPROTO_TCP, 'raw TCP');
      prepareReceiver(segments, family);
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
          protocol: index === 0 ? icmpProtocol(family) : IPPROTO_TCP,
          hasIpHeader: family === 4,
          largestPacket: 60 + (options.largestMessage ?? DEFAULT_LARGEST),
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
  if (protocol === 'tcp') throw explain(new SyscallError('socket', 1, 'EPERM', 'open a raw TCP socket'), protocol);
  return withSockets(options, (sockets) => {
    const bridge = new ClockBridge(readRealtime);
    const socket = openDatagram(sockets, options);
    const address = findSource(sockets, options);
    prepareSender(socket, options);
    prepareReceiver(socket, family);
    socket.set(
      ...((family === 4 ? [SOL_IP, IP_RECVERR] : [SOL_IPV6, IPV6_RECVERR]) as [number, number]),
      1,
      'see ICMP errors',
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
      protocol: protocol === 'icmp' ? icmpProtocol(family) : IPPROTO_UDP,
      hasIpHeader: false,
      largestPacket: options.largestMessage ?? DEFAULT_LARGEST,
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

function openDatagram(sockets: Sockets, { family, protocol }: KernelTransportOptions): InetSocket {
  if (protocol === 'udp') return sockets.open(SOCK_DGRAM, IPPROTO_UDP, 'UDP');
  try {
    return sockets.open(SOCK_DGRAM, family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, 'ping');
  } catch (error) {
    throw error instanceof SyscallError ? explain(error, protocol) : error;
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

function protocolNumber(family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): number {
  if (protocol === 'icmp') return icmpProtocol(family);
  return protocol === 'udp' ? IPPROTO_UDP : IPPROTO_TCP;
}

function replyType({ family, isTimestamp }: KernelTransportOptions): number {
  if (family === 6) return 129;
  return isTimestamp === true ? 14 : 0;
}

/** Finds the source address by asking the kernel for the way. */
function findSource(sockets: Sockets, options: KernelTransportOptions): Uint8Array {
  const finder = sockets.open(SOCK_DGRAM, IPPROTO_UDP, 'UDP');
  if (options.source !== undefined) finder.bind(options.source, 0);
  if (options.allowBroadcast === true) finder.trySet(SOL_SOCKET, SO_BROADCAST, 1);
  finder.connect(options.destination, DISCARD_PORT);
  return finder.localName().address;
}

/** Keeps a port for ourselves, on a socket that nobody reads: otherwise another program could get it, and our answers. */
function keepPort(sockets: Sockets, { family, protocol }: KernelTransportOptions, address: Uint8Array): number {
  if (protocol === 'icmp') return 0;
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  const keeper = sockets.open(type, protocolNumber(family, protocol), protocol.toUpperCase());
  keeper.trySet(SOL_SOCKET, SO_RCVBUF, TINY_BUFFER);
  keeper.bind(address, 0);
  return keeper.localName().port;
}

function prepareSender(socket: InetSocket, options: KernelTransportOptions): void {
  const isIpv4 = socket.family === 4;
  const level = isIpv4 ? SOL_IP : SOL_IPV6;
  if (options.source !== undefined) socket.bind(options.source, 0);
  if (options.allowBroadcast === true) socket.set(SOL_SOCKET, SO_BROADCAST, 1, 'send to a broadcast address');
  if (options.trafficClass !== undefined) {
    socket.set(level, isIpv4 ? IP_TOS : IPV6_TCLASS, options.trafficClass, 'set the type of service');
  }
  if (options.pathMtu !== undefined) {
    const mode = PMTU_DISCOVERY[options.pathMtu];
    socket.set(level, isIpv4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, mode, 'set path MTU discovery');
  }
  if (options.recordRoute === true && isIpv4) socket.set(SOL_IP, IP_OPTIONS, RECORD_ROUTE, 'record the route');
  // One flow label for all probes, or ECMP routers would spread them.
  if (!isIpv4) socket.trySet(SOL_IPV6, IPV6_AUTOFLOWLABEL, 0);
}

function prepareReceiver(socket: InetSocket, family: 4 | 6): void {
  socket.trySet(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  socket.trySet(SOL_SOCKET, SO_RXQ_OVFL, 1);
  if (!socket.trySet(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)) socket.trySet(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
  if (family === 4) socket.trySet(SOL_IP, IP_RECVTTL, 1);
  else socket.trySet(SOL_IPV6, IPV6_RECVHOPLIMIT, 1);
}

/** A sender is not to collect what it never reads. */
function blockAll(socket: InetSocket, family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): void {
  // The error queue, where times of sending wait for us, is charged to the receive buffer.
  if (!socket.trySet(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)) socket.trySet(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
  socket.attachFilter([{ code: 0x06, jt: 0, jf: 0, k: 0 }]);
  if (protocol !== 'icmp') return;
  if (family === 4) socket.trySet(SOL_RAW, ICMP_FILTER, NOTHING);
  else socket.trySet(IPPROTO_ICMPV6, ICMP6_FILTER, new Uint8Array(32).fill(0xff));
}

function filterTypes(socket: InetSocket, family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): void {
  if (family === 4) {
    socket.trySet(SOL_RAW, ICMP_FILTER, protocol === 'icmp' ? ECHO_AND_ERRORS : ERRORS);
    return;
  }
  const blocked = new Uint8Array(32).fill(0xff);
  blocked[0] = 0xe1; // types 1 to 4, the errors, pass
  if (protocol === 'icmp') blocked[16] = 0xfd; // type 129, echo reply
  socket.trySet(IPPROTO_ICMPV6, ICMP6_FILTER, blocked);
}

/** What arrived between the opening of a socket and its filter is not ours. */
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
    largestMessage: options.largestMessage ?? DEFAULT_LARGEST,
    stripsUdpHeader,
    wantsTransmitTime: options.wantsTransmitTime ?? true,
    scope: 0,
    pathMtu: (destination) => {
      const finder = sockets.all.find((socket) => socket.isConnected);
      if (finder === undefined) return undefined;
      try {
        finder.connect(destination, DISCARD_PORT); // anew: the kernel has learned something since
      } catch {
        return undefined;
      }
      return family === 4 ? finder.get(SOL_IP, IP_MTU) : finder.get(SOL_IPV6, IPV6_MTU);
    },
  };
}
