/**
 * ICMPv6 node information (RFC 4620): queries for the name or the addresses of a host. Fields in host order. @module
 */
import { formatAddress, IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { readU8, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { Icmp6Type, isIcmp6Error } from './icmp-types.ts';
import { IcmpView } from './icmp-view.ts';

/** Query types (RFC 4620, 5). */
export const NodeQuery = { nothing: 0, name: 2, addresses: 3, ipv4Addresses: 4 } as const;
/** Codes of a query, by the kind of its subject (RFC 4620, 4). */
const SUBJECT_IS_IPV6 = 0;
/** Flags A, L and G (RFC 4620, 6.3): of all interfaces, link-local and global ones. */
const IPV6_FLAGS = 0x02 | 0x08 | 0x20;
/** Flag A (RFC 4620, 6.4). */
const IPV4_FLAGS = 0x02;
/** Flag T: the reply was too short for all addresses. */
const TRUNCATED = 0x01;

export const NODE_HEADER_LENGTH = 16;
const QUERY = 4;
const FLAGS = 6;
const NODE_NONCE = 8;
const TTL_LENGTH = 4;
const LONGEST_LABEL = 63;
/** Maximum number of names or addresses read from a reply. */
const MOST_VALUES = 256;

/** Typed window on a query or a reply. */
export class NodeInformationView extends IcmpView {
  override wrap(bytes: Uint8Array, start: number, end: number): boolean {
    return super.wrap(bytes, start, end) && end - start >= NODE_HEADER_LENGTH;
  }

  override get isError(): boolean {
    return isIcmp6Error(this.type);
  }

  get query(): number {
    return readU16(this.bytes, this.start + QUERY);
  }

  get flags(): number {
    return readU16(this.bytes, this.start + FLAGS);
  }

  /** Not all addresses fitted into the reply (flag T). */
  get isTruncated(): boolean {
    return (this.flags & TRUNCATED) !== 0;
  }

  /** Halves of the nonce. */
  get nonce(): number {
    return readU32(this.bytes, this.start + NODE_NONCE);
  }

  get nonceLow(): number {
    return readU32(this.bytes, this.start + NODE_NONCE + 4);
  }

  /** Names or addresses of a reply; empty if it has none or is truncated. */
  values(): string[] {
    const at = this.start + NODE_HEADER_LENGTH;
    if (this.query === NodeQuery.name) return readNames(this.bytes, at + TTL_LENGTH, this.end);
    if (this.query === NodeQuery.addresses) return readAddresses(this.bytes, at, this.end, IPV6_LENGTH);
    return this.query === NodeQuery.ipv4Addresses ? readAddresses(this.bytes, at, this.end, IPV4_LENGTH) : [];
  }
}

/** Each follows its time to live in seconds. */
function readAddresses(bytes: Uint8Array, start: number, end: number, length: number): string[] {
  const addresses: string[] = [];
  for (let at = start + TTL_LENGTH; at + length <= end && addresses.length < MOST_VALUES; at += TTL_LENGTH + length) {
    addresses.push(formatAddress(bytes.subarray(at, at + length)));
  }
  return addresses;
}

/** DNS labels, uncompressed; one empty label ends a full name, two end a name without its domain (RFC 4620, 6.3). */
function readNames(bytes: Uint8Array, start: number, end: number): string[] {
  const names: string[] = [];
  let labels: string[] = [];
  let at = start;
  while (at < end && names.length < MOST_VALUES) {
    const length = readU8(bytes, at);
    at += 1;
    if (length > LONGEST_LABEL || at + length > end) break;
    if (length > 0) labels.push(String.fromCharCode(...bytes.subarray(at, at + length)));
    else if (labels.length > 0) {
      names.push(labels.join('.'));
      labels = [];
    }
    at += length;
  }
  if (labels.length > 0) names.push(labels.join('.'));
  return names;
}

/** Fields of a query or reply. */
export interface NodeMessage {
  readonly type: 139 | 140;
  /** Query: kind of the subject. Reply: 0 success, 1 refused, 2 unknown query type. */
  readonly code: number;
  readonly query: number;
  readonly flags: number;
  readonly nonce: number;
  readonly nonceLow: number;
  /** Query: the subject. Reply: the answer. */
  readonly data: Uint8Array;
}

/**
 * Writes a message; its checksum is left to the kernel (RFC 3542, 3.1).
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeNodeMessage(message: NodeMessage, out: Uint8Array, at = 0): number {
  const end = at + NODE_HEADER_LENGTH + message.data.length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `message ends at ${end}, the buffer at ${out.length}`);
  out[at] = message.type;
  out[at + 1] = message.code;
  writeU16(out, at + 2, 0);
  writeU16(out, at + QUERY, message.query);
  writeU16(out, at + FLAGS, message.flags);
  writeU32(out, at + NODE_NONCE, message.nonce);
  writeU32(out, at + NODE_NONCE + 4, message.nonceLow);
  out.set(message.data, at + NODE_HEADER_LENGTH);
  return end;
}

/** Creates a query about the host with the address `subject`. */
export function nodeQuery(query: number, subject: Uint8Array, nonce: number, nonceLow: number): NodeMessage {
  const flags = query === NodeQuery.addresses ? IPV6_FLAGS : query === NodeQuery.ipv4Addresses ? IPV4_FLAGS : 0;
  return {
    type: Icmp6Type.nodeInformationQuery,
    code: SUBJECT_IS_IPV6,
    query,
    flags,
    nonce,
    nonceLow,
    data: subject,
  };
}
