/** Sets the options of sending and receiving sockets. @module */
import { writeU32 } from '../../base/bytes.ts';
import { SOL_SOCKET } from '../../sys/constants.ts';
import {
  ICMP_FILTER,
  ICMP6_FILTER,
  IP_MTU_DISCOVER,
  IP_OPTIONS,
  IP_RECVTTL,
  IP_TOS,
  IPPROTO_ICMPV6,
  IPV6_AUTOFLOWLABEL,
  IPV6_FLOWINFO_SEND,
  IPV6_FLOWLABEL_MGR,
  IPV6_MTU_DISCOVER,
  IPV6_RECVHOPLIMIT,
  IPV6_TCLASS,
  SO_BROADCAST,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_RXQ_OVFL,
  SO_TIMESTAMPNS,
  SOL_IP,
  SOL_IPV6,
  SOL_RAW,
} from '../../sys/inet-constants.ts';
import type { InetSocket } from '../../sys/inet-socket.ts';
import type { KernelTransportOptions } from './kernel-options.ts';

const RECEIVE_BUFFER = 8 << 20;
const PMTU_DISCOVERY = { dont: 0, want: 1, do: 2, probe: 3 } as const;
/** Masks of ICMP_FILTER: a set bit blocks the type (linux/icmp.h). */
const ECHO_AND_ERRORS = ~((1 << 0) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12) | (1 << 14) | (1 << 18));
const ERRORS = ~((1 << 3) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12));
const NOTHING = -1;
/** `struct in6_flowlabel_req` (linux/in6.h): destination, label, action, sharing, flags, times. */
const FLOW_LABEL_REQUEST_LENGTH = 32;
const IPV6_FL_A_GET = 0;
const IPV6_FL_F_CREATE = 1;
const IPV6_FL_S_ANY = 255;
/** Type, length and pointer of record route, room for nine addresses, end of list (RFC 791, 3.1). */
const RECORD_ROUTE = Uint8Array.from([7, 39, 4, ...new Uint8Array(37)]);

/** Applies the options of the user to a sending socket. */
export function prepareSender(socket: InetSocket, options: KernelTransportOptions): void {
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
  // A constant flow label: ECMP routers would otherwise spread the probes.
  if (!isIpv4) socket.trySet(SOL_IPV6, IPV6_AUTOFLOWLABEL, 0);
  if (!isIpv4 && options.flowLabel !== undefined) leaseFlowLabel(socket, options.destination, options.flowLabel);
}

/** Leases a flow label, which the kernel requires before the address of a message may contain it. */
function leaseFlowLabel(socket: InetSocket, destination: Uint8Array, label: number): void {
  const request = new Uint8Array(FLOW_LABEL_REQUEST_LENGTH);
  request.set(destination);
  writeU32(request, 16, label);
  request[20] = IPV6_FL_A_GET;
  request[21] = IPV6_FL_S_ANY;
  request.set(Uint8Array.of(IPV6_FL_F_CREATE, 0), 22); // host order: little-endian, as everywhere in this file
  socket.set(SOL_IPV6, IPV6_FLOWLABEL_MGR, request, `use the flow label ${label}`);
  socket.set(SOL_IPV6, IPV6_FLOWINFO_SEND, 1, 'send a flow label');
}

/**
 * Enables timestamps, hop limits and the drop counter, and enlarges the receive buffer for thousands of replies.
 * @param hasIpHeader the packet itself contains its hop limit
 */
export function prepareReceiver(socket: InetSocket, family: 4 | 6, hasIpHeader: boolean): void {
  socket.trySet(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  socket.trySet(SOL_SOCKET, SO_RXQ_OVFL, 1);
  if (!socket.trySet(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)) socket.trySet(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
  if (hasIpHeader) return;
  if (family === 4) socket.trySet(SOL_IP, IP_RECVTTL, 1);
  else socket.trySet(SOL_IPV6, IPV6_RECVHOPLIMIT, 1);
}

/** Blocks all input of a sending socket, which is never read. */
export function blockAll(socket: InetSocket, family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): void {
  // The error queue, which holds the transmit timestamps, is charged to the receive buffer.
  if (!socket.trySet(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)) socket.trySet(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
  socket.attachFilter([{ code: 0x06, jt: 0, jf: 0, k: 0 }]);
  if (protocol !== 'icmp') return;
  if (family === 4) socket.trySet(SOL_RAW, ICMP_FILTER, NOTHING);
  else socket.trySet(IPPROTO_ICMPV6, ICMP6_FILTER, new Uint8Array(32).fill(0xff));
}

/** Blocks all ICMP types that are not replies or errors (ICMP_FILTER). */
export function filterTypes(socket: InetSocket, family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): void {
  if (family === 4) {
    socket.trySet(SOL_RAW, ICMP_FILTER, protocol === 'icmp' ? ECHO_AND_ERRORS : ERRORS);
    return;
  }
  const blocked = new Uint8Array(32).fill(0xff);
  blocked[0] = 0xe1; // types 1 to 4, the errors, pass
  if (protocol === 'icmp') {
    blocked[16] = 0xfd; // type 129, echo reply
    blocked[17] = 0xef; // type 140, node information reply
  }
  socket.trySet(IPPROTO_ICMPV6, ICMP6_FILTER, blocked);
}
