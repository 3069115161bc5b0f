/** IP, its extension headers, and what runs directly on it. @module */
import type { LayerPlace } from './layer-place.ts';

export interface Ipv4Layer extends LayerPlace {
  readonly kind: 'ipv4';
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly timeToLive: number;
  readonly typeOfService: number;
  readonly identification: number;
  readonly isReservedFlagSet: boolean;
  readonly isDontFragment: boolean;
  readonly hasMoreFragments: boolean;
  readonly fragmentOffset: number;
  /** As the header says. */
  readonly totalLength: number;
  readonly payloadLength: number;
  /** How much longer the header says the packet is than the link carried; 0 when all is there. */
  readonly missingLength: number;
  readonly checksum: number;
  /** What it should be; absent when not asked for, or not all of the header was captured. */
  readonly expectedChecksum?: number;
  readonly options: readonly Ipv4Option[];
  readonly areOptionsMalformed: boolean;
}

/** Type, and data in hexadecimal. */
export interface Ipv4Option {
  readonly type: number;
  readonly data: string;
}

/** A header that cannot be read on: `reason` says what is wrong with the value. */
export interface BadIpLayer extends LayerPlace {
  readonly kind: 'bad-ip';
  /** The version that the layer below announced. */
  readonly version: 4 | 6;
  readonly reason: 'version' | 'header length' | 'total length';
  readonly value: number;
}

export interface Ipv6Layer extends LayerPlace {
  readonly kind: 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly payloadLength: number;
  /** How much longer the header says the packet is than the link carried; 0 when all is there. */
  readonly missingLength: number;
}

/** Hop-by-hop and destination options (RFC 8200, 4.3 and 4.6). */
export interface Ipv6OptionsLayer extends LayerPlace {
  readonly kind: 'ipv6-options';
  readonly extension: 'hop-by-hop' | 'destination';
  readonly options: readonly Ipv4Option[];
}

/** Routing header (RFC 8200, 4.4). */
export interface Ipv6RoutingLayer extends LayerPlace {
  readonly kind: 'ipv6-routing';
  readonly routingType: number;
  readonly segmentsLeft: number;
  /** The length field: units of eight bytes after the first. */
  readonly lengthField: number;
  readonly reserved: number;
  /** Types 0, 2 and 4 (RFC 8754). */
  readonly addresses: readonly string[];
}

/** Fragment header (RFC 8200, 4.5). */
export interface Ipv6FragmentLayer extends LayerPlace {
  readonly kind: 'ipv6-fragment';
  readonly fragmentOffset: number;
  readonly hasMoreFragments: boolean;
  readonly identification: number;
  /** Bytes of this fragment. */
  readonly payloadLength: number;
}

/** Authentication header (RFC 4302). */
export interface AuthenticationLayer extends LayerPlace {
  readonly kind: 'ah';
  readonly securityParameters: number;
  readonly sequence: number;
  /** Integrity check value, hexadecimal. */
  readonly integrity: string;
  readonly lengthField: number;
}

/** Encapsulating security payload (RFC 4303); what it holds cannot be seen. */
export interface EspLayer extends LayerPlace {
  readonly kind: 'esp';
  readonly securityParameters: number;
  readonly sequence: number;
  readonly length: number;
}

/** GRE (RFC 2784, RFC 2890) version 0. */
export interface GreLayer extends LayerPlace {
  readonly kind: 'gre';
  readonly version: number;
  readonly flags: number;
  readonly protocol: number;
  readonly checksum?: number;
  readonly key?: number;
  readonly sequence?: number;
  readonly length: number;
  /** Not all fields that the flags announce are there. */
  readonly isCut: boolean;
}

/** A network in UDP. */
export interface OverlayLayer extends LayerPlace {
  readonly kind: 'overlay';
  readonly name: 'VXLAN' | 'Geneve';
  readonly flags: number;
  /** Virtual network identifier, 24 bits. */
  readonly identifier: number;
  /** EtherType of what is inside; VXLAN always carries Ethernet. */
  readonly protocol: number;
  readonly optionsLength: number;
}

/** A protocol number without a decoder here; 59 is "no next header". */
export interface UnknownProtocolLayer extends LayerPlace {
  readonly kind: 'ip-protocol';
  readonly protocol: number;
  readonly length: number;
}

export type InternetLayer =
  | Ipv4Layer
  | BadIpLayer
  | Ipv6Layer
  | Ipv6OptionsLayer
  | Ipv6RoutingLayer
  | Ipv6FragmentLayer
  | AuthenticationLayer
  | EspLayer
  | GreLayer
  | OverlayLayer
  | UnknownProtocolLayer;
