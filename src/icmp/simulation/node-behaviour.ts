/** What nodes of a simulated network say, and how they choose paths. @module */
import { parseAddress } from '../../base/address.ts';
import { readU8, readU16 } from '../../base/bytes.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { Icmp4Type, Icmp6Type, Unreachable4Code, Unreachable6Code } from '../types.ts';
import { ICMP_PROTOCOL, resum } from './forge.ts';
import type { BalancedHop, Delays, ErrorDescription } from './network-description.ts';

const DEFAULT_DELAY = 1;

/** @throws TypeError when a description names no address */
export function addressBytes(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new TypeError(`"${text}" is no address`);
  return bytes;
}

/** The IP protocol of a transport's messages. */
export function protocolNumber(protocol: 'icmp' | 'udp' | 'tcp', family: 4 | 6): number {
  if (protocol === 'icmp') return ICMP_PROTOCOL[family];
  return protocol === 'udp' ? IpProtocol.udp : IpProtocol.tcp;
}

/** The delay of answer number `turn`. */
export function pick(delays: Delays | undefined, turn: number): number {
  if (delays === undefined) return DEFAULT_DELAY;
  if (typeof delays === 'number') return delays;
  return delays[Math.min(turn, delays.length - 1)] ?? DEFAULT_DELAY;
}

/** Per flow: ports for UDP and TCP, type, code and checksum for ICMP are the first four bytes of the message. */
export function pathNumber(hop: BalancedHop, message: Uint8Array, turn: number): number {
  if (hop.balance === 'packet') return turn;
  if (hop.balance !== 'flow') return hop.balance[Math.min(turn, hop.balance.length - 1)] ?? 0;
  const hash = Math.imul(readU16(message, 0), 0x9e37) + Math.imul(readU16(message, 2), 0x79b9);
  return (hash ^ (hash >>> 7)) >>> 0;
}

/** What a host answers to an echo or timestamp request. */
export function echoReply(family: 4 | 6, request: Uint8Array): Uint8Array {
  const reply = request.slice();
  if (family === 6) reply[0] = Icmp6Type.echoReply;
  else reply[0] = readU8(request, 0) === Icmp4Type.timestampRequest ? Icmp4Type.timestampReply : Icmp4Type.echoReply;
  resum(family, reply);
  return reply;
}

/** The errors that routers and hosts make, by family. */
export function timeExceeded(family: 4 | 6): ErrorDescription {
  return { type: family === 4 ? Icmp4Type.timeExceeded : Icmp6Type.timeExceeded, code: 0 };
}

export function tooBig(family: 4 | 6, mtu: number): ErrorDescription {
  return family === 4
    ? { type: Icmp4Type.destinationUnreachable, code: Unreachable4Code.fragmentationNeeded, mtu }
    : { type: Icmp6Type.packetTooBig, code: 0, mtu };
}

export function portUnreachable(family: 4 | 6): ErrorDescription {
  return family === 4
    ? { type: Icmp4Type.destinationUnreachable, code: Unreachable4Code.port }
    : { type: Icmp6Type.destinationUnreachable, code: Unreachable6Code.port };
}
