/** Removes addresses and payloads from frames: link layers, ARP, IPv4, IPv6 and their extension headers. @module */
import type { FrameCursor } from '../../base/frame-columns.ts';
import { LinkType } from '../../base/link-type.ts';
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import type { FrameEditor } from '../rewrite/frame-editor.ts';
import { AddressMap } from './address-map.ts';
import { CleanCopy } from './clean-copy.ts';
import { keepIcmp4, keepIcmp6, keepIgmp } from './icmp-fields.ts';
import { keepTcp, keepUdp, type UpperLayer } from './transport-fields.ts';

/** `cut`: frames end after the last header that is known; `zero`: they keep their length. */
export type PayloadRemoval = 'cut' | 'zero';

export interface SanitizeOptions {
  /** The same secret maps the same addresses alike. */
  readonly secret: Uint8Array;
  /** Default: `cut`. */
  readonly payload?: PayloadRemoval;
}

/** Headers within headers. */
const MAX_DEPTH = 8;
const IPV4_ROUTER_ALERT = 0x9404;
const MAX_ETHERNET_LENGTH = 1500;
const TRANSPARENT_ETHERNET = 0x6558;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;

/** Offsets of fields in IPv4 and IPv6 headers (RFC 791, 3.1; RFC 8200, 3). */
const IPV4_TOTAL_LENGTH = 2;
const IPV4_FRAGMENT = 6;
const IPV4_PROTOCOL = 9;
const IPV4_CHECKSUM = 10;
const IPV4_ADDRESSES = 12;
const IPV6_LENGTH = 4;
const IPV6_NEXT = 6;
const IPV6_ADDRESSES = 8;
const IPV6_HEADER = 40;

const ROUTER_ALERT = 5;
const PAD_N = 1;

/** An IPv6 header chain. */
interface Chain {
  protocol: number;
  at: number;
  /** Offset of the address that the checksums cover as the destination. */
  destination: number;
  isFragment: boolean;
}

export class FrameSanitizer implements FrameEditor {
  readonly keepsComments = false;
  readonly changesBytes = true;
  readonly #copy: CleanCopy;
  readonly #isCut: boolean;

  constructor({ secret, payload = 'cut' }: SanitizeOptions) {
    this.#copy = new CleanCopy(new AddressMap(secret));
    this.#isCut = payload === 'cut';
  }

  edit(frame: FrameCursor, linkType: LinkType): boolean {
    const end = frame.offset + frame.length;
    this.#copy.begin(frame.data, frame.offset, end);
    this.#link(linkType, frame.offset, end);
    this.#copy.replace();
    if (this.#isCut) frame.length = this.#copy.keptEnd - frame.offset;
    return true;
  }

  #link(linkType: LinkType, at: number, end: number): void {
    const copy = this.#copy;
    switch (linkType) {
      case LinkType.ethernet:
        this.#ethernet(at, end, 0);
        break;
      case LinkType.linuxSll:
        copy.keep(at, 6);
        if (copy.u16(at + 4) === 6) copy.mac(at + 6);
        copy.keep(at + 14, 2);
        this.#etherPayload(copy.u16(at + 14), at + 16, end, 0);
        break;
      case LinkType.linuxSll2:
        copy.keep(at, 2);
        copy.keep(at + 4, 8);
        if (copy.u8(at + 11) === 6) copy.mac(at + 12);
        this.#etherPayload(copy.u16(at), at + 20, end, 0);
        break;
      case LinkType.null:
      case LinkType.loop:
        copy.keep(at, 4);
        this.#ip(at + 4, end, 0);
        break;
      case LinkType.raw:
      case LinkType.ipv4:
      case LinkType.ipv6:
        this.#ip(at, end, 0);
        break;
      default: // nothing is known about the frame
    }
  }

  #ethernet(at: number, end: number, depth: number): void {
    const copy = this.#copy;
    copy.mac(at);
    copy.mac(at + 6);
    copy.keep(at + 12, 2);
    this.#etherPayload(copy.u16(at + 12), at + 14, end, depth);
  }

  #etherPayload(type: number, at: number, end: number, depth: number): void {
    const copy = this.#copy;
    if (type <= MAX_ETHERNET_LENGTH || depth > MAX_DEPTH) return;
    switch (type) {
      case EtherType.vlan:
      case EtherType.providerVlan:
      case EtherType.oldQinQ:
        copy.keep(at, 4);
        this.#etherPayload(copy.u16(at + 2), at + 4, end, depth + 1);
        break;
      case EtherType.mpls:
      case EtherType.mplsMulticast:
        this.#mpls(at, end, depth);
        break;
      case EtherType.pppoeSession: {
        copy.keep(at, 8);
        const protocol = copy.u16(at + 6);
        if (protocol === PPP_IPV4 || protocol === PPP_IPV6) this.#ip(at + 8, end, depth + 1);
        break;
      }
      case EtherType.ipv4:
      case EtherType.ipv6:
        this.#ip(at, end, depth);
        break;
      case EtherType.arp:
      case EtherType.reverseArp:
        this.#arp(at);
        break;
      default: // nothing is known about the protocol
    }
  }

  /** RFC 3032, 2.1: the last entry of the stack has the bottom bit. */
  #mpls(at: number, end: number, depth: number): void {
    let label = at;
    for (; label + 4 <= end; label += 4) {
      this.#copy.keep(label, 4);
      if ((this.#copy.u8(label + 2) & 1) === 1) break;
    }
    this.#ip(label + 4, end, depth + 1);
  }

  /** RFC 826: hardware and protocol addresses of the sender, then those of the target. */
  #arp(at: number): void {
    const copy = this.#copy;
    copy.keep(at, 8);
    const [hardwareLength, protocolLength] = [copy.u8(at + 4), copy.u8(at + 5)];
    for (let side = 0; side < 2; side += 1) {
      const hardware = at + 8 + side * (hardwareLength + protocolLength);
      if (hardwareLength === 6) copy.mac(hardware);
      if (protocolLength === 4 && copy.u16(at + 2) === EtherType.ipv4) copy.ipv4(hardware + hardwareLength);
    }
  }

  #ip(at: number, end: number, depth: number): void {
    if (depth > MAX_DEPTH) return;
    const version = this.#copy.u8(at) >>> 4;
    if (version === 4) this.#ipv4(at, end, depth);
    else if (version === 6) this.#ipv6(at, end, depth);
  }

  #ipv4(at: number, end: number, depth: number): void {
    const copy = this.#copy;
    const headerLength = (copy.u8(at) & 15) * 4;
    copy.keep(at, IPV4_CHECKSUM);
    if (headerLength < 20) return;
    copy.ipv4(at + IPV4_ADDRESSES);
    copy.ipv4(at + IPV4_ADDRESSES + 4);
    // Options hold routes and timestamps of hosts; IGMP requires router alert (RFC 2113). Zeros end the list.
    if (copy.u16(at + 20) === IPV4_ROUTER_ALERT && headerLength > 20) copy.keep(at + 20, 4);
    copy.keep(at + headerLength, 0);
    if (copy.has(at, headerLength)) copy.checksum(at + IPV4_CHECKSUM, at, at + headerLength);
    const total = copy.u16(at + IPV4_TOTAL_LENGTH);
    const wireEnd = total === 0 ? end : at + total; // 0: a segment that the interface splits
    const fragment = copy.u16(at + IPV4_FRAGMENT);
    if ((fragment & 0x1fff) !== 0) return;
    const start = at + headerLength;
    const length = wireEnd - start;
    const pseudo = copy.has(at, 20) ? copy.sum(at + IPV4_ADDRESSES, at + 20) : 0;
    const isWhole = (fragment & 0x2000) === 0;
    const upper = { at: start, end: Math.min(end, wireEnd), length, pseudo, isWhole };
    this.#upper(copy.u8(at + IPV4_PROTOCOL), upper, depth);
  }

  #ipv6(at: number, end: number, depth: number): void {
    const copy = this.#copy;
    copy.keep(at, IPV6_ADDRESSES);
    copy.ipv6(at + IPV6_ADDRESSES);
    copy.ipv6(at + IPV6_ADDRESSES + 16);
    if (!copy.has(at, IPV6_HEADER)) return;
    const length = copy.u16(at + IPV6_LENGTH);
    const wireEnd = length === 0 ? end : at + IPV6_HEADER + length; // 0: a jumbogram, or split by the interface
    const chain = {
      protocol: copy.u8(at + IPV6_NEXT),
      at: at + IPV6_HEADER,
      destination: at + IPV6_ADDRESSES + 16,
      isFragment: false,
    };
    const upperEnd = Math.min(end, wireEnd);
    while (chain.at < upperEnd && this.#extension(chain));
    const source = copy.sum(at + IPV6_ADDRESSES, at + IPV6_ADDRESSES + 16);
    const pseudo = copy.has(chain.destination, 16)
      ? copy.sum(chain.destination, chain.destination + 16, source)
      : source;
    const upper = { at: chain.at, end: upperEnd, length: wireEnd - chain.at, pseudo, isWhole: !chain.isFragment };
    this.#upper(chain.protocol, upper, depth);
  }

  /** Copies an extension header and moves on. False: it is none, or nothing known follows. */
  #extension(chain: Chain): boolean {
    const copy = this.#copy;
    const { protocol, at } = chain;
    const next = copy.u8(at);
    let length = (copy.u8(at + 1) + 1) * 8;
    if (protocol === IpProtocol.hopByHop || protocol === IpProtocol.destinationOptions) {
      copy.keep(at, 2);
      this.#headerOptions(at + 2, at + length);
    } else if (protocol === IpProtocol.routing) {
      this.#routing(chain, at, length);
    } else if (protocol === IpProtocol.fragment) {
      length = 8;
      copy.keep(at, length);
      const offset = copy.u16(at + 2);
      chain.isFragment ||= (offset & 0xfff9) !== 0;
      if (offset >>> 3 !== 0) {
        chain.protocol = IpProtocol.noNextHeader; // the rest of a payload
        return false;
      }
    } else return false;
    chain.protocol = next;
    chain.at = at + length;
    return true;
  }

  /** Replaces all options but router alert (RFC 2711), which MLD requires, by padding. */
  #headerOptions(start: number, end: number): void {
    const copy = this.#copy;
    for (let at = start; at < end && copy.has(at, 1); ) {
      const type = copy.u8(at);
      if (type === 0) {
        at += 1;
        continue;
      }
      const length = copy.u8(at + 1);
      if (type === ROUTER_ALERT && length === 2) copy.keep(at, 4);
      else {
        copy.put(at, PAD_N);
        copy.put(at + 1, Math.min(length, Math.max(0, end - at - 2)));
      }
      at += 2 + length;
    }
    copy.keep(end, 0);
  }

  /** Types 0 and 2 (RFC 2460, 4.4; RFC 6275, 6.4) and segment routing (RFC 8754, 2) hold addresses from byte 8 on. */
  #routing(chain: Chain, at: number, length: number): void {
    const copy = this.#copy;
    copy.keep(at, 4);
    copy.keep(at + length, 0);
    const type = copy.u8(at + 2);
    const isSegmentRouting = type === 4;
    if (type !== 0 && type !== 2 && !isSegmentRouting) return;
    copy.keep(at + 4, 4);
    const room = Math.floor((length - 8) / 16);
    const count = isSegmentRouting ? Math.min(room, copy.u8(at + 4) + 1) : room;
    for (let index = 0; index < count; index += 1) copy.ipv6(at + 8 + index * 16);
    if (copy.u8(at + 3) > 0 && count > 0) chain.destination = at + 8 + (isSegmentRouting ? 0 : (count - 1) * 16);
  }

  #upper(protocol: number, upper: UpperLayer, depth: number): void {
    const copy = this.#copy;
    const { at, end } = upper;
    const quote = (start: number): void => this.#ip(start, end, depth + 1);
    switch (protocol) {
      case IpProtocol.tcp:
        keepTcp(copy, upper);
        break;
      case IpProtocol.udp:
        keepUdp(copy, upper);
        break;
      case IpProtocol.icmp:
        keepIcmp4(copy, upper, quote);
        break;
      case IpProtocol.icmp6:
        keepIcmp6(copy, upper, quote);
        break;
      case IpProtocol.igmp:
        keepIgmp(copy, upper);
        break;
      case IpProtocol.ipv4:
      case IpProtocol.ipv6:
        this.#ip(at, end, depth + 1);
        break;
      case IpProtocol.gre:
        this.#gre(at, end, depth);
        break;
      case IpProtocol.esp:
        copy.keep(at, 8); // index and sequence number
        break;
      case IpProtocol.ah: {
        copy.keep(at, 12); // without the check value
        const next = at + (copy.u8(at + 1) + 2) * 4;
        if (depth < MAX_DEPTH)
          this.#upper(copy.u8(at), { ...upper, at: next, length: upper.length - (next - at) }, depth + 1);
        break;
      }
      case IpProtocol.sctp:
        copy.keep(at, 8); // ports and verification tag
        break;
      default: // nothing is known about the protocol
    }
  }

  /** RFC 2784 and RFC 2890: checksum, key and sequence number are optional. */
  #gre(at: number, end: number, depth: number): void {
    const copy = this.#copy;
    const flags = copy.u16(at);
    copy.keep(at, 4);
    const hasChecksum = (flags & 0x8000) !== 0;
    let next = at + 4 + (hasChecksum ? 4 : 0);
    for (const flag of [0x2000, 0x1000]) {
      if ((flags & flag) === 0) continue;
      copy.keep(next, 4);
      next += 4;
    }
    const type = copy.u16(at + 2);
    if (type === TRANSPARENT_ETHERNET && depth < MAX_DEPTH) this.#ethernet(next, end, depth + 1);
    else this.#etherPayload(type, next, end, depth + 1);
    if (hasChecksum) copy.checksum(at + 4, at, end);
  }
}
