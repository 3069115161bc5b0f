/**
 * Rewrites addresses in a packet, and adjusts every checksum that covers them by the difference (RFC 1624): a wrong
 * checksum stays wrong, and a truncated packet needs no missing bytes. @module
 */
import { readU8, readU16, writeU16 } from '../../base/bytes.ts';
import { foldChecksum } from '../../base/checksum.ts';
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import { ArpView } from '../../wire/arp.ts';
import { IPV4_HEADER_LENGTH } from '../../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../../wire/ipv6.ts';
import { Ipv6ExtensionCursor } from '../../wire/ipv6-extension.ts';

/** Maps the addresses of the network `from` to those of `to`; the host bits are kept. */
export interface AddressMapping {
  /** 4 or 16 bytes, the same for both. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** Length in bits; 32 or 128 for a single address. */
  readonly prefixLength: number;
}

const IPV4_FRAGMENT = 6;
const IPV4_PROTOCOL = 9;
const IPV4_CHECKSUM = 10;
const IPV4_SOURCE = 12;
const IPV4_DESTINATION = 16;
const IPV6_NEXT_HEADER = 6;
const IPV6_SOURCE = 8;
const IPV6_DESTINATION = 24;
/**
 * RFC 8200, 4.4: while segments are left, the pseudo header contains the last one, not the destination of the header.
 */
const ROUTING_SEGMENTS_LEFT = 3;

const UDP_LITE = 136;
const DCCP = 33;

/** Offset of a checksum that covers a pseudo header with the addresses. Those of SCTP and ICMPv4 do not. */
function checksumPlace(protocol: number): number | undefined {
  switch (protocol) {
    case IpProtocol.tcp:
      return 16;
    case IpProtocol.udp:
    case UDP_LITE:
    case DCCP:
      return 6;
    default:
      return undefined;
  }
}

export class AddressRewriter {
  readonly #mappings: readonly AddressMapping[];
  readonly #arp = new ArpView();
  readonly #extensions = new Ipv6ExtensionCursor();

  /** @param mappings the first that matches an address applies */
  constructor(mappings: readonly AddressMapping[]) {
    this.#mappings = mappings;
  }

  /** Rewrites the packet `bytes[start, end)` in place, if it is IP or ARP for IPv4. */
  rewrite(bytes: Uint8Array, start: number, end: number, etherType: number): void {
    if (etherType === EtherType.ipv4) this.#rewriteIpv4(bytes, start, end);
    else if (etherType === EtherType.ipv6) this.#rewriteIpv6(bytes, start, end);
    else if (etherType === EtherType.arp) this.#rewriteArp(bytes, start, end);
  }

  #rewriteIpv4(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < IPV4_HEADER_LENGTH || readU8(bytes, start) >>> 4 !== 4) return;
    const delta = this.#map(bytes, start + IPV4_SOURCE, 4) + this.#map(bytes, start + IPV4_DESTINATION, 4);
    if (delta === 0) return;
    adjust(bytes, start + IPV4_CHECKSUM, delta);
    const isLaterFragment = (readU16(bytes, start + IPV4_FRAGMENT) & 0x1fff) !== 0;
    const upper = start + (readU8(bytes, start) & 0x0f) * 4;
    if (isLaterFragment || upper < start + IPV4_HEADER_LENGTH) return;
    const protocol = readU8(bytes, start + IPV4_PROTOCOL);
    const place = checksumPlace(protocol);
    if (place === undefined || upper + place + 2 > end) return;
    if (protocol !== IpProtocol.udp) adjust(bytes, upper + place, delta);
    else if (readU16(bytes, upper + place) !== 0) adjustUdp(bytes, upper + place, delta); // 0: no checksum (RFC 768)
  }

  #rewriteIpv6(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < IPV6_HEADER_LENGTH || readU8(bytes, start) >>> 4 !== 6) return;
    const sourceDelta = this.#map(bytes, start + IPV6_SOURCE, 16);
    const destinationDelta = this.#map(bytes, start + IPV6_DESTINATION, 16);
    if (sourceDelta + destinationDelta === 0) return;
    const chain = this.#extensions;
    let delta = sourceDelta + destinationDelta;
    chain.begin(bytes, start + IPV6_HEADER_LENGTH, end, readU8(bytes, start + IPV6_NEXT_HEADER));
    while (chain.next()) {
      const isOnItsWay = chain.kind === IpProtocol.routing && readU8(bytes, chain.start + ROUTING_SEGMENTS_LEFT) > 0;
      if (isOnItsWay) delta = sourceDelta;
    }
    if (chain.isTruncated || chain.fragmentOffset !== 0 || delta === 0) return;
    const protocol = chain.upperProtocol;
    const place = protocol === IpProtocol.icmp6 ? 2 : checksumPlace(protocol);
    if (place === undefined || chain.upperStart + place + 2 > end) return;
    if (protocol === IpProtocol.udp) adjustUdp(bytes, chain.upperStart + place, delta);
    else adjust(bytes, chain.upperStart + place, delta);
  }

  #rewriteArp(bytes: Uint8Array, start: number, end: number): void {
    const arp = this.#arp;
    if (!arp.wrap(bytes, start, end) || arp.protocolType !== EtherType.ipv4 || arp.protocolLength !== 4) return;
    this.#map(bytes, arp.senderProtocolStart, 4);
    this.#map(bytes, arp.targetProtocolStart, 4);
  }

  /** @returns the sum of `~m + m'` over the changed words (RFC 1624, 3), 0 if none changed */
  #map(bytes: Uint8Array, at: number, length: number): number {
    for (const mapping of this.#mappings) {
      if (mapping.from.length === length && isInside(bytes, at, mapping)) return replacePrefix(bytes, at, mapping);
    }
    return 0;
  }
}

function isInside(bytes: Uint8Array, at: number, { from, prefixLength }: AddressMapping): boolean {
  const whole = prefixLength >>> 3;
  for (let index = 0; index < whole; index += 1) {
    if (readU8(bytes, at + index) !== readU8(from, index)) return false;
  }
  const mask = lastMask(prefixLength);
  return mask === 0 || ((readU8(bytes, at + whole) ^ readU8(from, whole)) & mask) === 0;
}

function replacePrefix(bytes: Uint8Array, at: number, { to, prefixLength }: AddressMapping): number {
  const mask = lastMask(prefixLength);
  const whole = prefixLength >>> 3;
  let delta = 0;
  for (let index = 0; index < to.length && index * 8 < prefixLength; index += 2) {
    const before = readU16(bytes, at + index);
    for (let byte = index; byte < index + 2 && byte <= whole; byte += 1) {
      if (byte < whole) bytes[at + byte] = readU8(to, byte);
      else if (mask !== 0) bytes[at + byte] = (readU8(to, byte) & mask) | (readU8(bytes, at + byte) & ~mask);
    }
    const after = readU16(bytes, at + index);
    if (after !== before) delta += (~before & 0xffff) + after;
  }
  return delta;
}

/** Mask for the last byte of a prefix; 0 if it ends between two bytes. */
function lastMask(prefixLength: number): number {
  return (0xff00 >>> (prefixLength & 7)) & 0xff;
}

/** RFC 1624, equation 3: HC' = ~(~HC + ~m + m'). */
function adjust(bytes: Uint8Array, at: number, delta: number): void {
  writeU16(bytes, at, ~foldChecksum((~readU16(bytes, at) & 0xffff) + delta));
}

/** A computed UDP checksum of 0 is sent as all ones (RFC 768). */
function adjustUdp(bytes: Uint8Array, at: number, delta: number): void {
  adjust(bytes, at, delta);
  if (readU16(bytes, at) === 0) writeU16(bytes, at, 0xffff);
}
