/** Replies and path selection of nodes in a simulated network. @module */
import { parseAddress } from '../../../src/base/address.ts';
import { readU8, readU16 } from '../../../src/base/bytes.ts';
import { Icmp4Type, Icmp6Type, Unreachable4Code, Unreachable6Code } from '../../../src/wire/icmp-types.ts';
import { ICMP4_HEADER_LENGTH } from '../../../src/wire/icmp4.ts';
import { encodeNodeMessage, NODE_HEADER_LENGTH, NodeInformationView } from '../../../src/wire/node-information.ts';
import { resum } from './forge.ts';
import type { BalancedHop, Delays, DestinationDescription, ErrorDescription } from './network-description.ts';

const DEFAULT_DELAY = 1;

/** Parses an address of a description. @throws TypeError when it is not an address */
export function addressBytes(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new TypeError(`not an address: "${text}"`);
  return bytes;
}

/** Returns the delay of answer number `turn`. */
export function pick(delays: Delays | undefined, turn: number): number {
  if (delays === undefined) return DEFAULT_DELAY;
  if (typeof delays === 'number') return delays;
  return delays[Math.min(turn, delays.length - 1)] ?? DEFAULT_DELAY;
}

/** Returns the path of a packet. The flow is the first four bytes: ports of UDP and TCP; type, code, checksum of ICMP. */
export function pathNumber(hop: BalancedHop, message: Uint8Array, turn: number): number {
  if (hop.balance === 'packet') return turn;
  if (hop.balance !== 'flow') return hop.balance[Math.min(turn, hop.balance.length - 1)] ?? 0;
  const hash = Math.imul(readU16(message, 0), 0x9e37) + Math.imul(readU16(message, 2), 0x79b9);
  return (hash ^ (hash >>> 7)) >>> 0;
}

/** Returns the reply of a host to an ICMP request, or undefined without one. */
export function icmpReply(family: 4 | 6, request: Uint8Array, end: DestinationDescription): Uint8Array | undefined {
  const type = readU8(request, 0);
  if (family === 6 && type === Icmp6Type.nodeInformationQuery) return nodeReply(request, end);
  const reply = request.slice();
  if (family === 6) reply[0] = Icmp6Type.echoReply;
  else if (type === Icmp4Type.timestampRequest) reply[0] = Icmp4Type.timestampReply;
  else if (type !== Icmp4Type.maskRequest) reply[0] = Icmp4Type.echoReply;
  else if (end.mask === undefined) return undefined;
  else {
    reply[0] = Icmp4Type.maskReply;
    reply.set(addressBytes(end.mask), ICMP4_HEADER_LENGTH);
  }
  resum(family, reply);
  return reply;
}

function nodeReply(request: Uint8Array, { node }: DestinationDescription): Uint8Array | undefined {
  const view = new NodeInformationView();
  if (node === undefined || !view.wrap(request, 0, request.length)) return undefined;
  const { query, nonce, nonceLow } = view;
  const data = Uint8Array.from(Buffer.from(node.data ?? '', 'hex'));
  const message = { query, flags: node.flags ?? 0, nonce, nonceLow, data };
  const out = new Uint8Array(NODE_HEADER_LENGTH + data.length);
  encodeNodeMessage({ type: Icmp6Type.nodeInformationReply, code: node.code ?? 0, ...message }, out);
  return out;
}

/** Errors of routers and hosts by family. */
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
