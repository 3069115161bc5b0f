/** Neighbour discovery (RFC 4861): the bodies of ICMPv6 types 133 to 137, and their options. @module */
import { EMPTY, readU8, readU16, readU32 } from '../base/bytes.ts';
import { Icmp6Type } from './icmp-types.ts';

/** Options (IANA "IPv6 Neighbor Discovery Option Formats"). Any other stays a plain number. */
export const NeighborOption = {
  sourceLinkAddress: 1,
  targetLinkAddress: 2,
  prefixInformation: 3,
  redirectedHeader: 4,
  mtu: 5,
  nonce: 14,
  routeInformation: 24,
  recursiveDnsServer: 25,
  dnsSearchList: 31,
} as const;

/** Bytes before the options, by type; ICMPv6 header included (RFC 4861, 4.1 to 4.5). */
const FIXED_LENGTH: Readonly<Record<number, number>> = {
  [Icmp6Type.routerSolicitation]: 8,
  [Icmp6Type.routerAdvertisement]: 16,
  [Icmp6Type.neighborSolicitation]: 24,
  [Icmp6Type.neighborAdvertisement]: 24,
  [Icmp6Type.redirect]: 40,
};

const FLAGS = 4;
const HOP_LIMIT = 4;
const ROUTER_FLAGS = 5;
const ROUTER_LIFETIME = 6;
const REACHABLE_TIME = 8;
const RETRANSMIT_TIMER = 12;
const TARGET = 8;
const DESTINATION = 24;
const OPTION_UNIT = 8;

/** Typed window on a message of one of these types. */
export class NeighborDiscoveryView {
  #bytes: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #type = 0;

  /** Points at the ICMPv6 message `bytes[start, end)`. False: another type, or shorter than its fixed part. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    if (end > bytes.length || end <= start) return false;
    this.#type = readU8(bytes, start);
    const fixed = FIXED_LENGTH[this.#type];
    return fixed !== undefined && end - start >= fixed;
  }

  get type(): number {
    return this.#type;
  }

  /** Router advertisement: hop limit for hosts; 0 is unspecified. */
  get currentHopLimit(): number {
    return readU8(this.#bytes, this.#start + HOP_LIMIT);
  }

  /** Router advertisement: M 0x80, O 0x40, H 0x20, preference 0x18 (RFC 4861, 4.2; RFC 4191, 2.2). */
  get routerFlags(): number {
    return readU8(this.#bytes, this.#start + ROUTER_FLAGS);
  }

  /** Router advertisement: router lifetime in seconds. */
  get routerLifetime(): number {
    return readU16(this.#bytes, this.#start + ROUTER_LIFETIME);
  }

  /** Router advertisement: a time in milliseconds. */
  get reachableTime(): number {
    return readU32(this.#bytes, this.#start + REACHABLE_TIME);
  }

  get retransmitTimer(): number {
    return readU32(this.#bytes, this.#start + RETRANSMIT_TIMER);
  }

  /** Neighbour advertisement: router, solicited, override. */
  get isRouter(): boolean {
    return (readU8(this.#bytes, this.#start + FLAGS) & 0x80) !== 0;
  }

  get isSolicited(): boolean {
    return (readU8(this.#bytes, this.#start + FLAGS) & 0x40) !== 0;
  }

  get isOverride(): boolean {
    return (readU8(this.#bytes, this.#start + FLAGS) & 0x20) !== 0;
  }

  /** Solicitation, advertisement and redirect: offset of the target address. */
  get targetAt(): number {
    return this.#start + TARGET;
  }

  /** Redirect: offset of the destination address. */
  get destinationAt(): number {
    return this.#start + DESTINATION;
  }

  /** Offset of the options; `NeighborOptionView.wrap` walks from here to `end`. */
  get optionsAt(): number {
    return this.#start + (FIXED_LENGTH[this.#type] ?? 0);
  }

  get end(): number {
    return this.#end;
  }
}

/**
 * Walks options one by one: `for (let ok = option.wrap(bytes, nd.optionsAt, nd.end); ok; ok = option.next())`. Stops
 * with `isCut` at a length of zero or past the end (RFC 4861, 4.6: such a packet must be discarded).
 */
export class NeighborOptionView {
  #bytes: Uint8Array = EMPTY;
  #at = 0;
  #end = 0;
  #cut = false;

  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = Math.min(end, bytes.length);
    this.#cut = false;
    return this.#isWhole();
  }

  next(): boolean {
    this.#at += this.length;
    return this.#isWhole();
  }

  #isWhole(): boolean {
    const rest = this.#end - this.#at;
    if (rest <= 0) return false;
    const whole = rest >= 2 && this.length >= OPTION_UNIT && this.length <= rest;
    this.#cut = !whole;
    return whole;
  }

  /** True if the walk ended at an option that does not fit. */
  get isCut(): boolean {
    return this.#cut;
  }

  get type(): number {
    return readU8(this.#bytes, this.#at);
  }

  /** Bytes of the option, including type and length. */
  get length(): number {
    return readU8(this.#bytes, this.#at + 1) * OPTION_UNIT;
  }

  /** Offset of the option. */
  get start(): number {
    return this.#at;
  }

  /** Offset of the value, after type and length. */
  get valueAt(): number {
    return this.#at + 2;
  }

  /** Prefix information, 32 bytes (RFC 4861, 4.6.2): true if the option is long enough for the getters below. */
  get isPrefix(): boolean {
    return this.type === NeighborOption.prefixInformation && this.length >= 32;
  }

  get prefixLength(): number {
    return readU8(this.#bytes, this.#at + 2);
  }

  /** On-link 0x80, autonomous 0x40. */
  get prefixFlags(): number {
    return readU8(this.#bytes, this.#at + 3);
  }

  /** Seconds; 0xffffffff is infinity. */
  get validLifetime(): number {
    return readU32(this.#bytes, this.#at + 4);
  }

  get preferredLifetime(): number {
    return readU32(this.#bytes, this.#at + 8);
  }

  get prefixAt(): number {
    return this.#at + 16;
  }

  /** MTU option (RFC 4861, 4.6.4). */
  get mtu(): number {
    return readU32(this.#bytes, this.#at + 4);
  }
}
