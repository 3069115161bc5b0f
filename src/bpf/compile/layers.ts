/**
 * Where things stand in a packet. `vlan`, `mpls`, `pppoes`, `geneve` and `vxlan` move the layers inward for everything
 * written after them, even across `or` and out of parentheses, as pcap-filter(7) says; so this state changes while the
 * syntax tree is walked from left to right. @module
 */
import { LinkType } from '../../base/link-type.ts';
import type { LoadSize, Value, ValueTable } from './value.ts';

/** A place: a fixed offset, after the value of `base` where headers of variable length come before. */
export interface Position {
  readonly base: Value | undefined;
  readonly offset: number;
}

/** How a link layer names the protocol that it carries. */
export type LinkKind = 'ethernet' | 'cooked' | 'loopback' | 'rawIp' | 'ipv4' | 'ipv6' | 'ppp';

interface LinkShape {
  readonly kind: LinkKind;
  /** Offset of the protocol field; -1 where there is none. */
  readonly protocol: number;
  readonly payload: number;
  /** IEEE 802.2 header between the payload's start and an OSI protocol. */
  readonly llcLength: number;
}

const SHAPES: ReadonlyMap<LinkType, LinkShape> = new Map([
  [LinkType.ethernet, { kind: 'ethernet', protocol: 12, payload: 14, llcLength: 3 }],
  [LinkType.linuxSll, { kind: 'cooked', protocol: 14, payload: 16, llcLength: 0 }],
  [LinkType.linuxSll2, { kind: 'cooked', protocol: 0, payload: 20, llcLength: 0 }],
  [LinkType.null, { kind: 'loopback', protocol: 0, payload: 4, llcLength: 0 }],
  [LinkType.loop, { kind: 'loopback', protocol: 0, payload: 4, llcLength: 0 }],
  [LinkType.raw, { kind: 'rawIp', protocol: -1, payload: 0, llcLength: 0 }],
  [LinkType.ipv4, { kind: 'ipv4', protocol: -1, payload: 0, llcLength: 0 }],
  [LinkType.ipv6, { kind: 'ipv6', protocol: -1, payload: 0, llcLength: 0 }],
] as const);

const IPV6_HEADER_LENGTH = 40;

/** Whether filters for this link type can be compiled. */
export function isFilterLinkType(linkType: LinkType): boolean {
  return SHAPES.has(linkType);
}

export class Layers {
  readonly #values: ValueTable;
  kind: LinkKind;
  /** Start of the innermost link-layer header. */
  linkHeader: Position;
  /** The field that says what the link layer carries. */
  protocolField: Position;
  /** First byte after the link layer. */
  payload: Position;
  /** Bytes of MPLS labels between `payload` and the network layer. */
  labelLength = 0;
  /** Bytes of IEEE 802.2 header between `payload` and an OSI protocol. */
  llcLength: number;
  /** Labels of MPLS seen so far. */
  labels = 0;
  /** VLAN tags seen so far. */
  tags = 0;
  /** Inside Geneve, which may carry packets without a link-layer header: true for packets that have one. */
  hasLinkHeader: (() => { readonly value: Value; readonly protocol: number }) | undefined;

  /** After `@exthdr`: what the IPv6 packet carries behind its extension headers, and where that begins. */
  ipv6Payload: { readonly protocol: Value; readonly headerEnd: Value } | undefined;

  constructor(linkType: LinkType, values: ValueTable) {
    const shape = SHAPES.get(linkType);
    if (shape === undefined) throw new RangeError(`no filters for link type ${linkType}`);
    this.#values = values;
    this.kind = shape.kind;
    this.linkHeader = { base: undefined, offset: 0 };
    this.protocolField = { base: undefined, offset: shape.protocol };
    this.payload = { base: undefined, offset: shape.payload };
    this.llcLength = shape.llcLength;
  }

  /** Bytes of the link-layer header. */
  link(offset: number, size: LoadSize): Value {
    return this.at(this.linkHeader, offset, size);
  }

  /** The 16 or 32 bits that name the carried protocol. */
  protocol(size: LoadSize = 2): Value {
    return this.at(this.protocolField, 0, size);
  }

  /** Bytes of the IEEE 802.2 header. */
  llc(offset: number, size: LoadSize): Value {
    return this.at(this.payload, offset, size);
  }

  /** Bytes of the network-layer header. */
  network(offset: number, size: LoadSize): Value {
    return this.at(this.payload, this.labelLength + offset, size);
  }

  /** Bytes of an OSI network-layer header: behind IEEE 802.2 there is no SNAP. */
  osi(offset: number, size: LoadSize): Value {
    return this.at(this.payload, this.labelLength + this.llcLength + offset, size);
  }

  /** Length of the IPv4 header, plus what variable headers come before it; `behindIpv4` is relative to that. */
  ipv4HeaderEnd(): Value {
    const start = this.payload.offset + this.labelLength;
    const { base } = this.payload;
    if (base === undefined) return this.#values.headerLength(start);
    const words = this.#values.binary('and', this.#values.load(1, base, start), this.#values.constant(0xf));
    return this.#values.binary('add', this.#values.binary('lsh', words, this.#values.constant(2)), base);
  }

  /** The end of the fixed IPv6 header, on the same scale as `ipv4HeaderEnd`. */
  ipv6HeaderEnd(): Value {
    const length = this.#values.constant(IPV6_HEADER_LENGTH);
    const { base } = this.payload;
    return base === undefined ? length : this.#values.binary('add', base, length);
  }

  /** Bytes behind a network header that ends at `headerEnd`. */
  transport(headerEnd: Value, offset: number, size: LoadSize): Value {
    return this.#values.load(size, headerEnd, this.payload.offset + this.labelLength + offset);
  }

  /** Bytes behind a fixed IPv6 header. */
  behindIpv6(offset: number, size: LoadSize): Value {
    return this.network(IPV6_HEADER_LENGTH + offset, size);
  }

  at(position: Position, offset: number, size: LoadSize): Value {
    return this.#values.load(size, position.base, position.offset + offset);
  }
}

/** The same place, `bytes` further. */
export function advance(position: Position, bytes: number): Position {
  return { base: position.base, offset: position.offset + bytes };
}

/** The same place, further by a number that only the packet knows. */
export function shiftedBy(values: ValueTable, position: Position, shift: Value): Position {
  const base = position.base === undefined ? shift : values.binary('add', position.base, shift);
  return { base, offset: position.offset };
}
