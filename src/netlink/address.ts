/** Addresses of interfaces: RTM_NEWADDR and related messages (linux/if_addr.h). @module */
import { isEqualBytes, readU8, readU32le, writeU32le } from '../base/bytes.ts';
import { bytesAttribute, joinParts, readAttributes } from './attribute.ts';
import { familyOf, requireFamily, requirePrefixLength } from './family.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** RTM_*ADDR. */
const AddressMessageType = { new: 20, delete: 21, get: 22 } as const;

/** IFA_F_* flags that tapline uses. */
export const AddressFlag = { secondary: 0x01, noDad: 0x02, dadFailed: 0x08, tentative: 0x40, permanent: 0x80 } as const;

/** `struct ifaddrmsg`: family, prefix length, flags, scope, index. */
const HEADER_LENGTH = 8;
const HEADER_FAMILY = 0;
const HEADER_PREFIX_LENGTH = 1;
const HEADER_FLAGS = 2;
const HEADER_SCOPE = 3;
const HEADER_INDEX = 4;

/** IFA_* */
const ADDRESS = 1;
const LOCAL = 2;
const BROADCAST = 4;
const FLAGS = 8;

export interface InterfaceAddress {
  readonly interfaceIndex: number;
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly prefixLength: number;
  /** Peer address of a point-to-point link. */
  readonly peer: Uint8Array | undefined;
  readonly broadcast: Uint8Array | undefined;
  /** RT_SCOPE_*: 0 universe, 253 link, 254 host. */
  readonly scope: number;
  /** `AddressFlag` bits. */
  readonly flags: number;
}

/** Parameters of a new interface address. */
export interface NewAddress {
  readonly interfaceIndex: number;
  readonly address: Uint8Array;
  readonly prefixLength: number;
  readonly broadcast?: Uint8Array | undefined;
  /** IPv6: skip duplicate address detection (RFC 4862, 5.4), so that the address is usable at once. */
  readonly noDad?: boolean;
}

/** Request: all addresses of the namespace. */
export function dumpAddresses(): NetlinkMessage {
  return { type: AddressMessageType.get, flags: MessageFlag.dump, payload: new Uint8Array(HEADER_LENGTH) };
}

/** @throws RangeError if the address is neither IPv4 nor IPv6, or the prefix length is invalid */
export function addAddress(address: NewAddress): NetlinkMessage {
  return {
    type: AddressMessageType.new,
    flags: MessageFlag.create | MessageFlag.exclusive,
    payload: joinParts(encodeAddress(address), bytesAttribute(BROADCAST, address.broadcast)),
  };
}

/** @throws RangeError when it is neither IPv4 nor IPv6, or has no such prefix */
export function deleteAddress(address: NewAddress): NetlinkMessage {
  return { type: AddressMessageType.delete, flags: 0, payload: encodeAddress(address) };
}

/** Decodes RTM_NEWADDR and RTM_DELADDR; undefined for other or malformed messages. */
export function decodeAddress(message: NetlinkMessage): InterfaceAddress | undefined {
  const { payload, type } = message;
  if (type !== AddressMessageType.new && type !== AddressMessageType.delete) return undefined;
  const attributes = readAttributes(payload, HEADER_LENGTH, payload.length);
  // On a point-to-point link IFA_ADDRESS is the peer; IPv6 sends IFA_LOCAL only there.
  const remote = attributes?.bytes(ADDRESS);
  const address = attributes?.bytes(LOCAL) ?? remote;
  if (attributes === undefined || address === undefined || familyOf(address) !== readU8(payload, HEADER_FAMILY)) {
    return undefined;
  }
  const prefixLength = readU8(payload, HEADER_PREFIX_LENGTH);
  if (prefixLength > address.length * 8) return undefined;
  return {
    interfaceIndex: readU32le(payload, HEADER_INDEX),
    address,
    prefixLength,
    peer: attributes.has(LOCAL) && !isSame(remote, address) ? remote : undefined,
    broadcast: attributes.bytes(BROADCAST),
    scope: readU8(payload, HEADER_SCOPE),
    flags: attributes.u32(FLAGS) ?? readU8(payload, HEADER_FLAGS),
  };
}

function encodeAddress({ interfaceIndex, address, prefixLength, noDad }: NewAddress): Uint8Array {
  const header = new Uint8Array(HEADER_LENGTH);
  header[HEADER_FAMILY] = requireFamily(address);
  header[HEADER_PREFIX_LENGTH] = requirePrefixLength(address, prefixLength);
  header[HEADER_FLAGS] = noDad === true ? AddressFlag.noDad : 0;
  writeU32le(header, HEADER_INDEX, interfaceIndex);
  return joinParts(header, bytesAttribute(LOCAL, address), bytesAttribute(ADDRESS, address));
}

function isSame(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left !== undefined && isEqualBytes(left, right);
}
