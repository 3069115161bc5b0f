/** Edits each frame of a replay before it is sent. @module */
import { readU16, writeU16 } from '../../base/bytes.ts';
import { LinkType } from '../../base/link-type.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import { ETHERNET_HEADER_LENGTH, encodeVlanTag, isVlanEtherType, VLAN_TAG_LENGTH } from '../../wire/ethernet.ts';
import { type AddressMapping, AddressRewriter } from './addresses.ts';

export interface ReplayEdits {
  /** Six bytes each. MAC addresses and VLAN tags apply to Ethernet frames only. */
  readonly sourceMac?: Uint8Array;
  readonly destinationMac?: Uint8Array;
  /** Removes the outermost VLAN tag, if any. */
  readonly removeVlan?: boolean;
  /** Inserts an outermost tag with this identifier, 0 to 4094, after `removeVlan`. */
  readonly addVlan?: number;
  /** Applied to the outermost IP header, and to ARP; checksums are adjusted. */
  readonly addresses?: readonly AddressMapping[];
}

const DESTINATION = 0;
const SOURCE = 6;
const ETHER_TYPE = 12;
/** Maximum number of tags to walk; more are hostile. */
const MAX_TAGS = 8;

export class FrameEditor {
  /** Bytes that a frame may grow by. */
  readonly growth: number;
  readonly #edits: ReplayEdits;
  readonly #isEthernet: boolean;
  readonly #rewriter: AddressRewriter | undefined;

  constructor(edits: ReplayEdits, linkType: LinkType) {
    const { addVlan, addresses = [] } = edits;
    this.#edits = edits;
    this.#isEthernet = linkType === LinkType.ethernet;
    this.growth = addVlan === undefined || !this.#isEthernet ? 0 : VLAN_TAG_LENGTH;
    this.#rewriter = addresses.length === 0 ? undefined : new AddressRewriter(addresses);
  }

  /**
   * Edits the frame of `length` bytes at `at` in place, with room for `growth` more bytes after it.
   * @returns its new length
   */
  apply(bytes: Uint8Array, at: number, length: number): number {
    if (!this.#isEthernet) {
      this.#rewriter?.rewrite(bytes, at, at + length, bareEtherType(bytes, at, length));
      return length;
    }
    if (length < ETHERNET_HEADER_LENGTH) return length;
    const { sourceMac, destinationMac, removeVlan, addVlan } = this.#edits;
    let edited = length;
    if (removeVlan === true) edited = takeTagOut(bytes, at, edited);
    if (addVlan !== undefined) edited = putTagIn(bytes, at, edited, addVlan);
    if (destinationMac !== undefined) bytes.set(destinationMac, at + DESTINATION);
    if (sourceMac !== undefined) bytes.set(sourceMac, at + SOURCE);
    this.#rewriteBehindTags(bytes, at, at + edited);
    return edited;
  }

  #rewriteBehindTags(bytes: Uint8Array, at: number, end: number): void {
    if (this.#rewriter === undefined) return;
    let typeAt = at + ETHER_TYPE;
    for (let tags = 0; tags < MAX_TAGS && isVlanEtherType(readU16(bytes, typeAt)); tags += 1) {
      typeAt += VLAN_TAG_LENGTH;
      if (typeAt + 2 > end) return;
    }
    this.#rewriter.rewrite(bytes, typeAt + 2, end, readU16(bytes, typeAt));
  }
}

/** Returns the EtherType of a frame without link header, from the version in its first byte. */
function bareEtherType(bytes: Uint8Array, at: number, length: number): number {
  const version = length === 0 ? 0 : (bytes[at] as number) >>> 4;
  if (version === 4) return EtherType.ipv4;
  return version === 6 ? EtherType.ipv6 : 0;
}

function takeTagOut(bytes: Uint8Array, at: number, length: number): number {
  const isTagged = isVlanEtherType(readU16(bytes, at + ETHER_TYPE));
  if (!isTagged || length < ETHERNET_HEADER_LENGTH + VLAN_TAG_LENGTH) return length;
  bytes.copyWithin(at + ETHER_TYPE, at + ETHER_TYPE + VLAN_TAG_LENGTH, at + length);
  return length - VLAN_TAG_LENGTH;
}

function putTagIn(bytes: Uint8Array, at: number, length: number, identifier: number): number {
  const etherType = readU16(bytes, at + ETHER_TYPE);
  bytes.copyWithin(at + ETHER_TYPE + VLAN_TAG_LENGTH, at + ETHER_TYPE, at + length);
  writeU16(bytes, at + ETHER_TYPE, EtherType.vlan);
  encodeVlanTag({ identifier, etherType }, bytes, at + ETHERNET_HEADER_LENGTH);
  return length + VLAN_TAG_LENGTH;
}
