/**
 * The positions of the headers in a packet. `vlan`, `mpls`, `pppoes`, `geneve` and `vxlan` move them inward for all text
 * after the word, even across `or` and out of parentheses, as pcap-filter(7) says; so the state changes while the syntax
 * tree is walked from left to right. @module
 */
import { LinkType } from '../../base/link-type.ts';
import type { LoadSize, Value, ValueTable, VariableValue } from './value.ts';

/** A position in the packet: a fixed offset, added to the value of `base` when variable-length headers precede it. */
export interface Position {
  readonly base: Value | undefined;
  readonly offset: number;
}

/** The kinds of link layer, by how they identify the protocol they carry. */
export type LinkKind = 'ethernet' | 'cooked' | 'loopback' | 'rawIp' | 'ipv4' | 'ipv6' | 'ppp';

interface LinkShape {
  readonly kind: LinkKind;
  /** Offset of the protocol field; -1 if the link layer has none. */
  readonly protocol: number;
  readonly payload: number;
  /** Length of the IEEE 802.2 header between the start of the payload and an OSI protocol. */
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

/** Returns whether the compiler supports filters for this link type. */
export function isFilterLinkType(linkType: LinkType): boolean {
  return SHAPES.has(linkType);
}

export class Layers {
  readonly #values: ValueTable;
  kind: LinkKind;
  /** Start of the innermost link-layer header. */
  linkHeader: Position;
  /** The field that identifies the protocol in the payload. */
  protocolField: Position;
  /** First byte after the link layer. */
  payload: Position;
  /** Length of the MPLS labels between `payload` and the network layer. */
  labelLength = 0;
  /** Length of the IEEE 802.2 header between `payload` and an OSI protocol. */
  llcLength: number;
  /** Number of `mpls` tests so far. */
  labels = 0;
  /** Number of `vlan` tests so far. */
  tags = 0;
  /** Inside Geneve, whose payload may have no link-layer header: the test that it has one. */
  hasLinkHeader: (() => { readonly value: Value; readonly protocol: number }) | undefined;
  /** Number of `geneve` and `vxlan` tests so far. */
  tunnels = 0;
  /** Inside a tunnel: a variable that is 1 once the tunnel's test has succeeded. Before that the positions are void. */
  tunnelFound: VariableValue | undefined;

  /** After `@exthdr`: the protocol after the IPv6 extension headers, and the position where they end. */
  ipv6Payload: { readonly protocol: Value; readonly headerEnd: Value } | undefined;

  constructor(linkType: LinkType, values: ValueTable) {
    const shape = SHAPES.get(linkType);
    if (shape === undefined) throw new RangeError(`link type ${linkType} is not supported`);
    this.#values = values;
    this.kind = shape.kind;
    this.linkHeader = { base: undefined, offset: 0 };
    this.protocolField = { base: undefined, offset: shape.protocol };
    this.payload = { base: undefined, offset: shape.payload };
    this.llcLength = shape.llcLength;
  }

  /** Loads from the link-layer header. */
  link(offset: number, size: LoadSize): Value {
    return this.at(this.linkHeader, offset, size);
  }

  /** Loads the protocol field, 2 or 4 bytes. */
  protocol(size: LoadSize = 2): Value {
    return this.at(this.protocolField, 0, size);
  }

  /** Loads from the IEEE 802.2 header. */
  llc(offset: number, size: LoadSize): Value {
    return this.at(this.payload, offset, size);
  }

  /** Loads from the network-layer header. */
  network(offset: number, size: LoadSize): Value {
    return this.at(this.payload, this.labelLength + offset, size);
  }

  /** Loads from an OSI network-layer header, which follows the IEEE 802.2 header without SNAP. */
  osi(offset: number, size: LoadSize): Value {
    return this.at(this.payload, this.labelLength + this.llcLength + offset, size);
  }

  /** The end of the IPv4 header, relative to the fixed offset of its start. */
  ipv4HeaderEnd(): Value {
    const start = this.payload.offset + this.labelLength;
    const { base } = this.payload;
    if (base === undefined) return this.#values.headerLength(start);
    const words = this.#values.binary('and', this.#values.load(1, base, start), this.#values.constant(0xf));
    return this.#values.binary('add', this.#values.binary('lsh', words, this.#values.constant(2)), base);
  }

  /** The end of the fixed IPv6 header, relative to the fixed offset of its start. */
  ipv6HeaderEnd(): Value {
    const length = this.#values.constant(IPV6_HEADER_LENGTH);
    const { base } = this.payload;
    return base === undefined ? length : this.#values.binary('add', base, length);
  }

  /** Loads from the payload of a network header that ends at `headerEnd`. */
  transport(headerEnd: Value, offset: number, size: LoadSize): Value {
    return this.#values.load(size, headerEnd, this.payload.offset + this.labelLength + offset);
  }

  /** Loads from the payload of a fixed IPv6 header. */
  behindIpv6(offset: number, size: LoadSize): Value {
    return this.network(IPV6_HEADER_LENGTH + offset, size);
  }

  at(position: Position, offset: number, size: LoadSize): Value {
    return this.#values.load(size, position.base, position.offset + offset);
  }
}

/** Returns the position `bytes` further inward. */
export function advance(position: Position, bytes: number): Position {
  return { base: position.base, offset: position.offset + bytes };
}

/** Returns the position further inward by `shift`, which differs from packet to packet. */
export function shiftedBy(values: ValueTable, position: Position, shift: Value): Position {
  const base = position.base === undefined ? shift : values.binary('add', position.base, shift);
  return { base, offset: position.offset };
}
