/** Socket options of senders and receivers. @module */
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
/** Types that ICMP_FILTER lets through: a set bit blocks (linux/icmp.h). */
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

/** What the user wants of the packets that leave. */
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
  // One flow label for all probes, or ECMP routers would spread them.
  if (!isIpv4) socket.trySet(SOL_IPV6, IPV6_AUTOFLOWLABEL, 0);
  if (!isIpv4 && options.flowLabel !== undefined) leaseFlowLabel(socket, options.destination, options.flowLabel);
}

/** The kernel lets only those send a label who leased it; the address of each message then names it. */
function leaseFlowLabel(socket: InetSocket, destination: Uint8Array, label: number): void {
  const request = new Uint8Array(FLOW_LABEL_REQUEST_LENGTH);
  request.set(destination);
  writeU32(request, 16, label);
  request[20] = IPV6_FL_A_GET;
  request[21] = IPV6_FL_S_ANY;
  request.set(Uint8Array.of(IPV6_FL_F_CREATE, 0), 22); // host order, little-endian as all else here
  socket.set(SOL_IPV6, IPV6_FLOWLABEL_MGR, request, `use the flow label ${label}`);
  socket.set(SOL_IPV6, IPV6_FLOWINFO_SEND, 1, 'send a flow label');
}

/**
 * Times, hop limits, a drop counter, and room for the answers of thousands of probes.
 * @param hasIpHeader the packet itself tells its hop limit
 */
export function prepareReceiver(socket: InetSocket, family: 4 | 6, hasIpHeader: boolean): void {
  socket.trySet(SOL_SOCKET, SO_TIMESTAMPNS, 1);
  socket.trySet(SOL_SOCKET, SO_RXQ_OVFL, 1);
  if (!socket.trySet(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)) socket.trySet(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
  if (hasIpHeader) return;
  if (family === 4) socket.trySet(SOL_IP, IP_RECVTTL, 1);
  else socket.trySet(SOL_IPV6, IPV6_RECVHOPLIMIT, 1);
}

/** A sender is not to collect what it never reads. */
export function blockAll(socket: InetSocket, family: 4 | 6, protocol: 'icmp' | 'udp' | 'tcp'): void {
  // The error queue, where times of sending wait for us, is charged to the receive buffer.
  if (!socket.trySet(SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)) socket.trySet(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
  socket.attachFilter([{ code: 0x06, jt: 0, jf: 0, k: 0 }]);
  if (protocol !== 'icmp') return;
  if (family === 4) socket.trySet(SOL_RAW, ICMP_FILTER, NOTHING);
  else socket.trySet(IPPROTO_ICMPV6, ICMP6_FILTER, new Uint8Array(32).fill(0xff));
}

/** ICMP_FILTER: only the types that can be answers. */
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
