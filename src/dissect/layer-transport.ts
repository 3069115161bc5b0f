/** TCP, UDP, and the control messages of IP. @module */
import type { LayerPlace } from './layer-place.ts';

export interface TcpLayer extends LayerPlace {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** See `TcpFlag`. */
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOptionField[];
  readonly areOptionsMalformed: boolean;
  /** Where the options were cut off by the capture. */
  readonly areOptionsTruncated: boolean;
  readonly payloadLength: number;
  readonly checksum: number;
  /** What it should be; absent when not asked for, or not all of the segment was captured. */
  readonly expectedChecksum?: number;
}

/** `values` are the numbers of a known kind: MSS, shift, time stamps, SACK edges; `data` is hexadecimal otherwise. */
export interface TcpOptionField {
  readonly kind: number;
  readonly length: number;
  readonly values: readonly number[];
  readonly data: string;
}

/** A TCP header whose length field is impossible. */
export interface BadTcpLayer extends LayerPlace {
  readonly kind: 'bad-tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** What the field says, below 20. */
  readonly length: number;
  /** Bytes that the network layer has for the segment. */
  readonly segmentLength: number;
}

export interface UdpLayer extends LayerPlace {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The length field. */
  readonly length: number;
  /** Bytes of data that the network layer has room for. */
  readonly payloadLength: number;
  /** The datagram goes on in other fragments: its length is more than this packet's. */
  readonly isFragment: boolean;
  readonly checksum: number;
  /** What it should be; absent when not asked for, or not all of the datagram was captured. */
  readonly expectedChecksum?: number;
}

/** SCTP (RFC 9260): the common header; chunks are not read. */
export interface SctpLayer extends LayerPlace {
  readonly kind: 'sctp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
  /** Common header and chunks. */
  readonly length: number;
}

/** A header of which only the ports were captured, or that has a length below its own. */
export interface PortsLayer extends LayerPlace {
  readonly kind: 'ports';
  readonly protocol: 'tcp' | 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** UDP: the impossible length; absent when the header was cut off. */
  readonly badLength?: number;
  /** UDP: `badLength` is the network layer's, not the header's. */
  readonly isNetworkLength?: boolean;
}

/** The packet inside an ICMP error, as far as a line shows it. */
export interface QuotedPacket {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly destinationPort?: number;
}

export interface Icmp4Layer extends LayerPlace {
  readonly kind: 'icmp4';
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly expectedChecksum?: number;
  readonly length: number;
  /** Echo, time stamp, mask. */
  readonly identifier?: number;
  readonly sequence?: number;
  /** Redirect. */
  readonly gateway?: string;
  /** Fragmentation needed. */
  readonly nextHopMtu?: number;
  /** Parameter problem. */
  readonly pointer?: number;
  /** Time stamp messages: originate, receive, transmit. */
  readonly times?: readonly [number, number, number];
  readonly mask?: number;
  /** Router advertisement: seconds. */
  readonly lifetime?: number;
  readonly quoted?: QuotedPacket;
}

export interface Icmp6Layer extends LayerPlace {
  readonly kind: 'icmp6';
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly expectedChecksum?: number;
  readonly length: number;
  readonly identifier?: number;
  readonly sequence?: number;
  /** Packet too big. */
  readonly mtu?: number;
  /** Parameter problem. */
  readonly pointer?: number;
  /** Neighbour solicitation, advertisement, redirect. */
  readonly target?: string;
  /** Redirect. */
  readonly destination?: string;
  readonly neighborFlags?: { readonly isRouter: boolean; readonly isSolicited: boolean; readonly isOverride: boolean };
  readonly router?: RouterAdvertisement;
  readonly options?: readonly NeighborOptionField[];
  /** Multicast listener messages: the group, and milliseconds for an answer. */
  readonly group?: string;
  readonly maximumResponseDelay?: number;
  readonly isListenerVersion2?: boolean;
  /** Listener report, version 2. */
  readonly groups?: readonly ListenerRecord[];
  readonly groupCount?: number;
  readonly quoted?: QuotedPacket;
}

interface RouterAdvertisement {
  readonly hopLimit: number;
  readonly flags: number;
  readonly lifetime: number;
  readonly reachableTime: number;
  readonly retransmitTimer: number;
}

export interface NeighborOptionField {
  readonly type: number;
  readonly length: number;
  /** Hexadecimal, without type and length. */
  readonly data: string;
  readonly linkAddress?: string;
  readonly mtu?: number;
  readonly prefix?: {
    readonly address: string;
    readonly length: number;
    readonly flags: number;
    readonly validLifetime: number;
    readonly preferredLifetime: number;
  };
}

/** A multicast address record (RFC 3810, 5.2.4; RFC 3376, 4.2.4). */
export interface ListenerRecord {
  readonly type: number;
  readonly group: string;
  readonly sources: readonly string[];
}

export interface IgmpLayer extends LayerPlace {
  readonly kind: 'igmp';
  readonly type: number;
  /** Tenths of a second in version 2; version 3 has a code. */
  readonly maximumResponse: number;
  readonly group: string;
  readonly checksum: number;
  readonly expectedChecksum?: number;
  readonly length: number;
  /** Queries of version 3: sources; reports of version 3: records. */
  readonly groups: readonly ListenerRecord[];
  readonly groupCount: number;
}

export type TransportLayer =
  | TcpLayer
  | BadTcpLayer
  | UdpLayer
  | PortsLayer
  | SctpLayer
  | Icmp4Layer
  | Icmp6Layer
  | IgmpLayer;
