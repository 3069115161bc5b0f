/** Encodes RFC 4884 structures: MPLS labels, interface information, any object. @module */
import { IPV4_LENGTH, parseAddress } from '../base/address.ts';
import { writeU16 } from '../base/bytes.ts';
import { checksumSum } from '../base/checksum.ts';
import { StackError } from '../base/errors.ts';
import {
  ADDRESS_FAMILY_IPV4,
  ADDRESS_FAMILY_IPV6,
  EXTENSION_VERSION,
  HAS_ADDRESS,
  HAS_INDEX,
  HAS_MTU,
  HAS_NAME,
  INTERFACE_ROLES,
  MAX_NAME_LENGTH,
  OBJECT_HEADER_LENGTH,
  STRUCTURE_HEADER_LENGTH,
} from './icmp-extension-format.ts';
import { ExtensionClass, type InterfaceInformation, type MplsLabel } from './icmp-extensions.ts';

/** An object to send. */
export interface ExtensionObjectSpec {
  readonly classNumber: number;
  readonly classType: number;
  readonly value: Uint8Array;
}

/** Encodes the value of an MPLS label stack object (RFC 4950, 4). */
export function encodeMplsLabels(labels: readonly MplsLabel[]): Uint8Array {
  const value = new Uint8Array(labels.length * 4);
  for (const [index, entry] of labels.entries()) {
    const bits = (entry.label << 12) | (entry.trafficClass << 9) | ((entry.isBottom ? 1 : 0) << 8) | entry.ttl;
    writeU16(value, index * 4, bits >>> 16);
    writeU16(value, index * 4 + 2, bits & 0xffff);
  }
  return value;
}

/** Encodes an interface information object (RFC 5837, 4) with the sub-objects given. */
export function encodeInterfaceInformation(information: InterfaceInformation): ExtensionObjectSpec {
  const { role, index, address, name, mtu } = information;
  const parts: number[] = [];
  let classType = INTERFACE_ROLES.indexOf(role) << 6;
  const addWord = (value: number): void => {
    parts.push((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  };
  if (index !== undefined) {
    classType |= HAS_INDEX;
    addWord(index);
  }
  const bytes = address === undefined ? undefined : parseAddress(address);
  if (bytes !== undefined) {
    classType |= HAS_ADDRESS;
    addWord((bytes.length === IPV4_LENGTH ? ADDRESS_FAMILY_IPV4 : ADDRESS_FAMILY_IPV6) << 16);
    parts.push(...bytes);
  }
  if (name !== undefined) {
    classType |= HAS_NAME;
    const text = new TextEncoder().encode(name).subarray(0, MAX_NAME_LENGTH);
    const length = Math.ceil((text.length + 1) / 4) * 4;
    const padding = new Uint8Array(length - 1 - text.length);
    parts.push(length, ...text, ...padding);
  }
  if (mtu !== undefined) {
    classType |= HAS_MTU;
    addWord(mtu);
  }
  return { classNumber: ExtensionClass.interfaceInformation, classType, value: Uint8Array.from(parts) };
}

/**
 * Writes an extension structure, checksum included (RFC 4884, 7).
 * @returns the offset just past it
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeExtensions(objects: readonly ExtensionObjectSpec[], out: Uint8Array, at = 0): number {
  let end = at + STRUCTURE_HEADER_LENGTH;
  for (const object of objects) end += OBJECT_HEADER_LENGTH + object.value.length;
  if (end > out.length)
    throw new StackError('ENCODE_OVERFLOW', `extensions end at ${end}, the buffer at ${out.length}`);
  out[at] = EXTENSION_VERSION << 4;
  out[at + 1] = 0;
  writeU16(out, at + 2, 0);
  let next = at + STRUCTURE_HEADER_LENGTH;
  for (const object of objects) {
    writeU16(out, next, OBJECT_HEADER_LENGTH + object.value.length);
    out[next + 2] = object.classNumber;
    out[next + 3] = object.classType;
    out.set(object.value, next + OBJECT_HEADER_LENGTH);
    next += OBJECT_HEADER_LENGTH + object.value.length;
  }
  writeU16(out, at + 2, ~checksumSum(out, at, end));
  return end;
}
