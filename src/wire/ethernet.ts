/** Ethernet II headers and the 802.1Q tags behind them (IEEE 802.3, 3.1.1; IEEE 802.1Q, 9.6). @module */
import { EMPTY, readU8, readU16, writeU16 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { EtherType } from '../base/protocol-numbers.ts';

export const ETHERNET_HEADER_LENGTH = 14;
/** Bytes that a tag adds to a frame: TPID and tag control information. */
export const VLAN_TAG_LENGTH = 4;

const DESTINATION = 0;
const SOURCE = 6;
const ETHER_TYPE = 12;

/** Typed window on an Ethernet header. One instance serves many frames; nothing is copied. */
export class EthernetView {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    return end <= bytes.length && end - start >= ETHERNET_HEADER_LENGTH;
  }

  /** Offset of the destination address in the wrapped array. */
  get destinationStart(): number {
    return this.#start + DESTINATION;
  }

  /** Offset of the source address in the wrapped array. */
  get sourceStart(): number {
    return this.#start + SOURCE;
  }

  /** The group bit of the destination: multicast or broadcast. */
  get isGroupAddressed(): boolean {
    return (readU8(this.#bytes, this.#start + DESTINATION) & 1) === 1;
  }

  /** The EtherType, or the length of an 802.3 frame if at most `MAX_802_3_LENGTH`. */
  get etherType(): number {
    return readU16(this.#bytes, this.#start + ETHER_TYPE);
  }

  get payloadStart(): number {
    return this.#start + ETHERNET_HEADER_LENGTH;
  }
}

/** Fields of an Ethernet header; addresses have six bytes. */
export interface EthernetHeader {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly etherType: number;
}

/**
 * Writes an Ethernet header at `out[at]`.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeEthernet(header: EthernetHeader, out: Uint8Array, at = 0): number {
  const end = at + ETHERNET_HEADER_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the Ethernet header ends at ${end}`);
  out.set(header.destination, at + DESTINATION);
  out.set(header.source, at + SOURCE);
  writeU16(out, at + ETHER_TYPE, header.etherType);
  return end;
}

/** Returns true for the EtherTypes of tags: 802.1Q, 802.1ad and the older QinQ number. */
export function isVlanEtherType(etherType: number): boolean {
  return etherType === EtherType.vlan || etherType === EtherType.providerVlan || etherType === EtherType.oldQinQ;
}

const TAG_CONTROL = 0;
const TAG_ETHER_TYPE = 2;

/** Typed window on the four bytes that follow a TPID: tag control information, then the next EtherType. */
export class VlanView {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`; `start` is just past the TPID. False: too short, do not read. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    return end <= bytes.length && end - start >= VLAN_TAG_LENGTH;
  }

  /** Priority code point, 0 to 7. */
  get priority(): number {
    return readU8(this.#bytes, this.#start + TAG_CONTROL) >>> 5;
  }

  get isDropEligible(): boolean {
    return (readU8(this.#bytes, this.#start + TAG_CONTROL) & 0x10) !== 0;
  }

  /** VLAN identifier, 0 to 4095; 0 is a priority tag. */
  get identifier(): number {
    return readU16(this.#bytes, this.#start + TAG_CONTROL) & 0x0fff;
  }

  get etherType(): number {
    return readU16(this.#bytes, this.#start + TAG_ETHER_TYPE);
  }

  get payloadStart(): number {
    return this.#start + VLAN_TAG_LENGTH;
  }
}

/** Fields of a tag, and the EtherType that follows it. */
export interface VlanTag {
  readonly priority?: number;
  readonly isDropEligible?: boolean;
  readonly identifier: number;
  readonly etherType: number;
}

/**
 * Writes tag control information and the next EtherType at `out[at]`; the preceding EtherType field holds the TPID.
 * @returns the offset just past both
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeVlanTag(tag: VlanTag, out: Uint8Array, at = 0): number {
  const end = at + VLAN_TAG_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the VLAN tag ends at ${end}`);
  const priority = (tag.priority ?? 0) & 7;
  writeU16(
    out,
    at + TAG_CONTROL,
    (priority << 13) | (tag.isDropEligible === true ? 0x1000 : 0) | (tag.identifier & 0xfff),
  );
  writeU16(out, at + TAG_ETHER_TYPE, tag.etherType);
  return end;
}
