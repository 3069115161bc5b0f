/**
 * Extensions of ICMP errors (RFC 4884): MPLS label stacks (RFC 4950) and interface information (RFC 5837). Routers set
 * the length field incorrectly in several ways, so a structure is accepted if its version and checksum are right.
 * @module
 */
import { formatIpv4, formatIpv6, IPV4_LENGTH, IPV6_LENGTH } from '../base/address.ts';
import { readU8, readU16, readU32 } from '../base/bytes.ts';
import { isChecksumOk } from '../base/checksum.ts';
import {
  ADDRESS_FAMILY_IPV4,
  ADDRESS_FAMILY_IPV6,
  EXTENSION_VERSION,
  HAS_ADDRESS,
  HAS_INDEX,
  HAS_MTU,
  HAS_NAME,
  INTERFACE_ROLES,
  type InterfaceRole,
  OBJECT_HEADER_LENGTH,
  STRUCTURE_HEADER_LENGTH,
} from './icmp-extension-format.ts';
import { Icmp4Type, Icmp6Type, TimeExceededCode } from './icmp-types.ts';
import { ICMP4_HEADER_LENGTH } from './icmp4.ts';

/** Object classes (IANA "ICMP Extension Object Classes"). */
export const ExtensionClass = { mplsLabelStack: 1, interfaceInformation: 2, interfaceIdentification: 3 } as const;

/** One label stack entry (RFC 3032, 2.1). */
export interface MplsLabel {
  readonly label: number;
  /** Traffic class, once "experimental" (RFC 5462). */
  readonly trafficClass: number;
  readonly isBottom: boolean;
  readonly ttl: number;
}

/** Interface information (RFC 5837, 4). The name is hostile text. */
export interface InterfaceInformation {
  readonly role: InterfaceRole;
  readonly index?: number;
  readonly address?: string;
  readonly name?: string;
  readonly mtu?: number;
}

/** One object; `mpls` or `interface` is set if the class is known and its bytes are valid. */
export interface ExtensionObject {
  readonly classNumber: number;
  readonly classType: number;
  readonly bytes: Uint8Array;
  readonly mpls?: readonly MplsLabel[];
  readonly interface?: InterfaceInformation;
}

/** The extension structure after the quote of an error. */
export interface IcmpExtensions {
  /** Bytes of the quote before the structure, including padding. */
  readonly quoteLength: number;
  /** `absent`: sent as zero (RFC 4884, 7). `bad`: `objects` is empty. */
  readonly checksum: 'ok' | 'absent' | 'bad';
  /**
   * How the structure was found: by the length field, by the length field in wrong units, or at byte 128 without a
   * length.
   */
  readonly found: 'length' | 'wrong-units' | 'legacy';
  /** True if the length of an object did not fit; the objects before it are kept. */
  readonly isMalformed: boolean;
  readonly objects: readonly ExtensionObject[];
}

/**
 * A quote with extensions is at least this long (RFC 4884, 4.1 to 4.5), and exactly this long in legacy messages (5.5).
 */
const MINIMUM_QUOTE_LENGTH = 128;
const LENGTH4_AT = 5;
const LENGTH6_AT = 4;
const LENGTH4_UNIT = 4;
const LENGTH6_UNIT = 8;
/** More objects than fit in any message. */
const MAX_OBJECTS = 64;

/**
 * Finds and parses the extension structure of the ICMP message `bytes[start, end)`.
 * @returns undefined if the message has none, or its type cannot carry any
 */
export function readExtensions(
  bytes: Uint8Array,
  start: number,
  end: number,
  family: 4 | 6,
): IcmpExtensions | undefined {
  if (end > bytes.length || end - start < ICMP4_HEADER_LENGTH) return undefined;
  const type = readU8(bytes, start);
  if (!canCarryExtensions(type, family)) return undefined;
  const quoteAt = start + ICMP4_HEADER_LENGTH;
  const field = readU8(bytes, start + (family === 4 ? LENGTH4_AT : LENGTH6_AT));
  if (field !== 0) {
    const told = field * (family === 4 ? LENGTH4_UNIT : LENGTH6_UNIT);
    if (isStructure(bytes, quoteAt + told, end)) return readStructure(bytes, quoteAt, told, end, 'length');
    for (const guess of [field, field * LENGTH4_UNIT, field * LENGTH6_UNIT, MINIMUM_QUOTE_LENGTH]) {
      if (guess < MINIMUM_QUOTE_LENGTH || !isProvenStructure(bytes, quoteAt + guess, end)) continue;
      return readStructure(bytes, quoteAt, guess, end, 'wrong-units');
    }
    return undefined;
  }
  const isReassembly = readU8(bytes, start + 1) === TimeExceededCode.reassembly && type === timeExceeded(family);
  if (isReassembly || !isProvenStructure(bytes, quoteAt + MINIMUM_QUOTE_LENGTH, end)) return undefined;
  return readStructure(bytes, quoteAt, MINIMUM_QUOTE_LENGTH, end, 'legacy');
}

/** RFC 4884, 4: destination unreachable, time exceeded, and (v4) parameter problem. */
function canCarryExtensions(type: number, family: 4 | 6): boolean {
  if (family === 6) return type === Icmp6Type.destinationUnreachable || type === Icmp6Type.timeExceeded;
  return (
    type === Icmp4Type.destinationUnreachable || type === Icmp4Type.timeExceeded || type === Icmp4Type.parameterProblem
  );
}

function timeExceeded(family: 4 | 6): number {
  return family === 4 ? Icmp4Type.timeExceeded : Icmp6Type.timeExceeded;
}

function isStructure(bytes: Uint8Array, at: number, end: number): boolean {
  return at + STRUCTURE_HEADER_LENGTH <= end && readU8(bytes, at) >>> 4 === EXTENSION_VERSION;
}

/** Without a length field, the checksum must be present and right. */
function isProvenStructure(bytes: Uint8Array, at: number, end: number): boolean {
  return isStructure(bytes, at, end) && readU16(bytes, at + 2) !== 0 && isChecksumOk(bytes, at, end);
}

function readStructure(
  bytes: Uint8Array,
  quoteAt: number,
  quoteLength: number,
  end: number,
  found: IcmpExtensions['found'],
): IcmpExtensions {
  const at = quoteAt + quoteLength;
  const checksum = readU16(bytes, at + 2) === 0 ? 'absent' : isChecksumOk(bytes, at, end) ? 'ok' : 'bad';
  if (checksum === 'bad') return { quoteLength, checksum, found, isMalformed: false, objects: [] };
  const objects: ExtensionObject[] = [];
  let next = at + STRUCTURE_HEADER_LENGTH;
  while (next + OBJECT_HEADER_LENGTH <= end && objects.length < MAX_OBJECTS) {
    const length = readU16(bytes, next);
    if (length < OBJECT_HEADER_LENGTH || next + length > end) {
      return { quoteLength, checksum, found, isMalformed: true, objects };
    }
    objects.push(readObject(bytes, next, next + length));
    next += length;
  }
  return { quoteLength, checksum, found, isMalformed: next < end, objects };
}

function readObject(bytes: Uint8Array, at: number, end: number): ExtensionObject {
  const classNumber = readU8(bytes, at + 2);
  const classType = readU8(bytes, at + 3);
  const value = bytes.slice(at + OBJECT_HEADER_LENGTH, end);
  const object = { classNumber, classType, bytes: value };
  if (classNumber === ExtensionClass.mplsLabelStack && classType === 1) return { ...object, mpls: readLabels(value) };
  if (classNumber === ExtensionClass.interfaceInformation) {
    const information = readInterfaceInformation(classType, value);
    return information === undefined ? object : { ...object, interface: information };
  }
  return object;
}

function readLabels(value: Uint8Array): MplsLabel[] {
  const labels: MplsLabel[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) {
    const entry = readU32(value, at);
    labels.push({
      label: entry >>> 12,
      trafficClass: (entry >>> 9) & 7,
      isBottom: ((entry >>> 8) & 1) === 1,
      ttl: entry & 0xff,
    });
  }
  return labels;
}

/** Sub-objects follow in this order if their bit is set (RFC 5837, 4.2 to 4.5). Undefined if one is truncated. */
function readInterfaceInformation(classType: number, value: Uint8Array): InterfaceInformation | undefined {
  let at = 0;
  const read: { index?: number; address?: string; name?: string; mtu?: number } = {};
  if ((classType & HAS_INDEX) !== 0) {
    if (at + 4 > value.length) return undefined;
    read.index = readU32(value, at);
    at += 4;
  }
  if ((classType & HAS_ADDRESS) !== 0) {
    if (at + 4 > value.length) return undefined;
    const family = readU16(value, at);
    const length = family === ADDRESS_FAMILY_IPV4 ? IPV4_LENGTH : family === ADDRESS_FAMILY_IPV6 ? IPV6_LENGTH : 0;
    at += 4;
    if (length === 0 || at + length > value.length) return undefined;
    read.address = length === IPV4_LENGTH ? formatIpv4(value, at) : formatIpv6(value, at);
    at += length;
  }
  if ((classType & HAS_NAME) !== 0) {
    const length = at < value.length ? readU8(value, at) : 0;
    if (length === 0 || at + length > value.length) return undefined;
    read.name = new TextDecoder().decode(value.subarray(at + 1, at + length)).replace(/\0+$/, '');
    at += length;
  }
  if ((classType & HAS_MTU) !== 0) {
    if (at + 4 > value.length) return undefined;
    read.mtu = readU32(value, at);
  }
  return { role: INTERFACE_ROLES[classType >>> 6] ?? 'incoming', ...read };
}
