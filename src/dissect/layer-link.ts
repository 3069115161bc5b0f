/** Layers below IP. @module */
import type { LayerPlace } from './layer-place.ts';

export interface EthernetLayer extends LayerPlace {
  readonly kind: 'ethernet';
  readonly destination: string;
  readonly source: string;
  /** EtherType, or the length of an 802.3 frame. */
  readonly etherType: number;
  /** Bytes of the whole frame on the wire. */
  readonly frameLength: number;
}

/** One tag; `tagProtocol` is the EtherType that announced it. */
export interface VlanLayer extends LayerPlace {
  readonly kind: 'vlan';
  readonly tagProtocol: number;
  readonly identifier: number;
  readonly priority: number;
  readonly isDropEligible: boolean;
  readonly etherType: number;
}

/** Linux cooked header, version 1 or 2. */
export interface CookedLayer extends LayerPlace {
  readonly kind: 'cooked';
  readonly version: 1 | 2;
  readonly packetType: number;
  readonly hardwareType: number;
  /** The sender's, as far as it is there; empty when there is none. */
  readonly address: string;
  readonly protocol: number;
  /** Version 2 only. */
  readonly interfaceIndex?: number;
  /** Bytes of the whole frame on the wire. */
  readonly frameLength: number;
}

/** BSD loopback header. */
export interface LoopbackLayer extends LayerPlace {
  readonly kind: 'loopback';
  readonly family: number;
  /** Bytes of the whole frame on the wire. */
  readonly frameLength: number;
}

/** IEEE 802.2: what follows an 802.3 header. */
export interface LlcLayer extends LayerPlace {
  readonly kind: 'llc';
  readonly destinationService: number;
  readonly sourceService: number;
  readonly control: number;
  /** SNAP (RFC 1042): organisation, and its protocol number. */
  readonly organisation?: number;
  readonly protocol?: number;
  readonly payloadLength: number;
}

export interface ArpLayer extends LayerPlace {
  readonly kind: 'arp';
  readonly operation: number;
  readonly hardwareType: number;
  readonly protocolType: number;
  readonly hardwareLength: number;
  readonly protocolLength: number;
  readonly senderHardware: string;
  /** Dotted quad when the protocol is IPv4, hexadecimal otherwise. */
  readonly senderProtocol: string;
  readonly targetHardware: string;
  readonly targetProtocol: string;
  readonly isTargetHardwareZero: boolean;
  /** Bytes on the wire, the link's padding included. */
  readonly length: number;
  readonly isReverse: boolean;
}

/** A bridge protocol data unit. */
export interface SpanningTreeLayer extends LayerPlace {
  readonly kind: 'spanning-tree';
  readonly version: number;
  readonly type: number;
  readonly length: number;
  /** Absent in a notice of a topology change. Times are in seconds. */
  readonly tree?: {
    readonly flags: number;
    readonly root: string;
    readonly rootPathCost: number;
    readonly bridge: string;
    readonly port: number;
    readonly messageAge: number;
    readonly maximumAge: number;
    readonly helloTime: number;
    readonly forwardDelay: number;
  };
}

/** One entry of an MPLS label stack (RFC 3032, 2.1). */
export interface MplsLayer extends LayerPlace {
  readonly kind: 'mpls';
  readonly label: number;
  readonly trafficClass: number;
  readonly isBottom: boolean;
  readonly timeToLive: number;
  /** First entry of its stack. */
  readonly isTop: boolean;
}

/** PPPoE (RFC 2516): a session's packet when `code` is 0, discovery otherwise. */
export interface PppoeLayer extends LayerPlace {
  readonly kind: 'pppoe';
  readonly isSession: boolean;
  readonly code: number;
  readonly session: number;
  readonly length: number;
  /** Sessions: the PPP protocol number. */
  readonly protocol?: number;
}

/** A protocol number that has no decoder here. */
export interface UnknownLayer extends LayerPlace {
  readonly kind: 'unknown';
  readonly space: 'etherType' | 'ppp' | 'family' | 'linkType';
  readonly number: number;
  /** Bytes on the wire. */
  readonly length: number;
}

export type LinkLayer =
  | EthernetLayer
  | VlanLayer
  | CookedLayer
  | LoopbackLayer
  | LlcLayer
  | SpanningTreeLayer
  | ArpLayer
  | MplsLayer
  | PppoeLayer
  | UnknownLayer;
