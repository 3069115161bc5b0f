/** Neighbours (ARP and NDP entries): RTM_NEWNEIGH and related messages (linux/neighbour.h). @module */
import { readU8, readU16le, readU32le, writeU16le, writeU32le } from '../base/bytes.ts';
import { Attributes, bytesAttribute, joinParts } from './attribute.ts';
import { familyOf, requireFamily } from './family.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** RTM_*NEIGH. */
export const NeighbourMessageType = { new: 28, delete: 29, get: 30 } as const;

/** NUD_*: one bit is set. */
export const NeighbourState = {
  none: 0,
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noArp: 0x40,
  permanent: 0x80,
} as const;

/** NTF_* flags that tapline uses. */
export const NeighbourFlag = { proxy: 0x08, externLearned: 0x10, router: 0x80 } as const;

/** `struct ndmsg`: family, three bytes of padding, index, state, flags, type. */
const HEADER_LENGTH = 12;
const HEADER_FAMILY = 0;
const HEADER_INDEX = 4;
const HEADER_STATE = 8;
const HEADER_FLAGS = 10;

/** NDA_* */
const DESTINATION = 1;
const LINK_ADDRESS = 2;
/** `struct nda_cacheinfo`: confirmed, used, updated, reference count. */
const CACHE_INFO = 3;
const PROBES = 4;

/** Time since events of an entry, in ticks of USER_HZ (10 ms). */
interface NeighbourAge {
  /** Since the address was confirmed to be reachable. */
  readonly confirmed: number;
  readonly used: number;
  /** Since the state or the link address changed. */
  readonly updated: number;
  readonly references: number;
}

export interface Neighbour {
  readonly interfaceIndex: number;
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  /** Undefined while unresolved. */
  readonly linkAddress: Uint8Array | undefined;
  /** A `NeighbourState`. */
  readonly state: number;
  /** `NeighbourFlag` and other NTF_* bits. */
  readonly flags: number;
  readonly age: NeighbourAge | undefined;
  /** Unanswered requests. */
  readonly probes: number | undefined;
}

export interface NewNeighbour {
  readonly interfaceIndex: number;
  readonly address: Uint8Array;
  readonly linkAddress: Uint8Array;
  /** Default: permanent. */
  readonly state?: number;
}

/** Request: the neighbours of the namespace. @param family AF_INET or AF_INET6; 0 for both */
export function dumpNeighbours(family = 0): NetlinkMessage {
  const header = new Uint8Array(HEADER_LENGTH);
  header[HEADER_FAMILY] = family;
  return { type: NeighbourMessageType.get, flags: MessageFlag.dump, payload: header };
}

/** Request: create or replace an entry. @throws RangeError if the address is neither IPv4 nor IPv6 */
export function addNeighbour(neighbour: NewNeighbour): NetlinkMessage {
  const header = encodeHeader(neighbour, neighbour.state ?? NeighbourState.permanent);
  return {
    type: NeighbourMessageType.new,
    flags: MessageFlag.create | MessageFlag.replace,
    payload: joinParts(
      header,
      bytesAttribute(DESTINATION, neighbour.address),
      bytesAttribute(LINK_ADDRESS, neighbour.linkAddress),
    ),
  };
}

/** @throws RangeError if the address is neither IPv4 nor IPv6 */
export function deleteNeighbour(neighbour: Pick<NewNeighbour, 'interfaceIndex' | 'address'>): NetlinkMessage {
  const header = encodeHeader(neighbour, NeighbourState.none);
  const payload = joinParts(header, bytesAttribute(DESTINATION, neighbour.address));
  return { type: NeighbourMessageType.delete, flags: 0, payload };
}

/**
 * Decodes RTM_NEWNEIGH and RTM_DELNEIGH of IPv4 and IPv6; undefined for other (bridge entries) or malformed messages.
 */
export function decodeNeighbour({ type, payload }: NetlinkMessage): Neighbour | undefined {
  return readNeighbour(type, payload, 0, payload.length);
}

/** One instance serves all neighbours. */
const attributes = new Attributes();

/** Decodes an entry of `NetlinkConnection.scan` as `decodeNeighbour` does. */
export function readNeighbour(type: number, bytes: Uint8Array, start: number, end: number): Neighbour | undefined {
  if (type !== NeighbourMessageType.new && type !== NeighbourMessageType.delete) return undefined;
  if (!attributes.wrap(bytes, start + HEADER_LENGTH, end)) return undefined;
  const address = attributes.bytes(DESTINATION);
  if (address === undefined || familyOf(address) !== readU8(bytes, start + HEADER_FAMILY)) return undefined;
  return {
    interfaceIndex: readU32le(bytes, start + HEADER_INDEX),
    address,
    linkAddress: attributes.bytes(LINK_ADDRESS),
    state: readU16le(bytes, start + HEADER_STATE),
    flags: readU8(bytes, start + HEADER_FLAGS),
    age: decodeAge(),
    probes: attributes.u32(PROBES),
  };
}

function decodeAge(): NeighbourAge | undefined {
  const references = attributes.u32(CACHE_INFO, 12);
  if (references === undefined) return undefined;
  return {
    confirmed: attributes.u32(CACHE_INFO, 0) ?? 0,
    used: attributes.u32(CACHE_INFO, 4) ?? 0,
    updated: attributes.u32(CACHE_INFO, 8) ?? 0,
    references,
  };
}

function encodeHeader({ interfaceIndex, address }: Pick<NewNeighbour, 'interfaceIndex' | 'address'>, state: number) {
  const header = new Uint8Array(HEADER_LENGTH);
  header[HEADER_FAMILY] = requireFamily(address);
  writeU32le(header, HEADER_INDEX, interfaceIndex);
  writeU16le(header, HEADER_STATE, state);
  return header;
}
