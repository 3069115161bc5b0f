/**
 * Socket filters that drop unrelated packets in the kernel. A raw ICMP socket receives every ICMP message of the host, a
 * raw TCP socket every segment. The filters only reduce load; the methods match what passes. @module
 */

import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { BpfInstruction } from '../../bpf/index.ts';

const LOAD_BYTE = 0x30;
const LOAD_BYTE_INDIRECT = 0x50;
const LOAD_HALF = 0x28;
const LOAD_HALF_INDIRECT = 0x48;
const LOAD_LENGTH = 0x80;
const LOAD_IPV4_HEADER_LENGTH = 0xb1;
const SUBTRACT_INDEX = 0x1c;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER_OR_EQUAL = 0x35;
const JUMP_GREATER = 0x25;
const RETURN = 0x06;
const EVERYTHING = 0x4_0000;
/** Offsets after the ICMP header of 8 bytes. */
const QUOTED_PROTOCOL4 = 8 + 9;
const QUOTED_PROTOCOL6 = 8 + 6;

const accept: BpfInstruction = { code: RETURN, jt: 0, jf: 0, k: EVERYTHING };
const reject: BpfInstruction = { code: RETURN, jt: 0, jf: 0, k: 0 };

function instruction(code: number, k: number, jt = 0, jf = 0): BpfInstruction {
  return { code, jt, jf, k };
}

/**
 * Returns a filter that accepts replies with the identifier, and all errors. IPv4 raw sockets return the IP header, IPv6
 * ones do not.
 * @param replyType message type that contains the identifier
 * @param identifierAt its offset in the message, in bytes
 */
export function echoFilter(family: 4 | 6, replyType: number, identifier: number, identifierAt = 4): BpfInstruction[] {
  return [
    ...header(family),
    instruction(family === 4 ? LOAD_BYTE_INDIRECT : LOAD_BYTE, 0),
    instruction(JUMP_EQUAL, replyType, 0, 2), // another type is an error: accept
    instruction(family === 4 ? LOAD_HALF_INDIRECT : LOAD_HALF, identifierAt),
    instruction(JUMP_EQUAL, identifier, 0, 1),
    accept,
    reject,
  ];
}

/** Loads the length of an IPv4 header into the index register. */
function header(family: 4 | 6): BpfInstruction[] {
  return family === 4 ? [instruction(LOAD_IPV4_HEADER_LENGTH, 0)] : [];
}

/** Returns a filter that accepts errors that quote a packet of `protocol`, or too little to tell. */
export function quoteFilter(family: 4 | 6, protocol: number): BpfInstruction[] {
  const at = family === 4 ? QUOTED_PROTOCOL4 : QUOTED_PROTOCOL6;
  return [
    ...header(family),
    instruction(LOAD_LENGTH, 0),
    ...(family === 4 ? [instruction(SUBTRACT_INDEX, 0)] : []),
    instruction(JUMP_GREATER, at, 0, 3),
    instruction(family === 4 ? LOAD_BYTE_INDIRECT : LOAD_BYTE, at),
    instruction(JUMP_EQUAL, protocol, 1, 0),
    instruction(JUMP_EQUAL, IpProtocol.fragment, 0, 1), // IPv6 only: the protocol follows the fragment header
    accept,
    reject,
  ];
}

/** Returns a filter that accepts segments to the ports `first` to `last`. */
export function portFilter(family: 4 | 6, first: number, last: number): BpfInstruction[] {
  return [
    ...header(family),
    instruction(family === 4 ? LOAD_HALF_INDIRECT : LOAD_HALF, 2),
    instruction(JUMP_GREATER_OR_EQUAL, first, 0, 2),
    instruction(JUMP_GREATER, last, 1, 0),
    accept,
    reject,
  ];
}
