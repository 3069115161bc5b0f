/** Description of a simulated network, as plain data for JSON files. Times in milliseconds, numbers from 0. @module */
import type { InterfaceInformation, MplsLabel } from '../../../src/wire/icmp-extensions.ts';

/** Round trip times, used in turn; the last one repeats. */
export type Delays = number | readonly number[];

export interface ErrorDescription {
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU of errors that contain one. */
  readonly mtu?: number;
}

/** Violations of RFC 4884 observed in real routers. */
export type ExtensionFault =
  | 'length-in-octets'
  | 'no-length'
  | 'bad-checksum'
  | 'no-checksum'
  | 'object-too-long'
  | 'object-too-short';

export interface RouterDescription {
  readonly address: string;
  /** Name in reverse DNS. */
  readonly name?: string;
  readonly delay?: Delays;
  /** Does not decrement the hop limit: later hops are one hop nearer on this path. */
  readonly isTransparent?: boolean;
  /** Never replies. */
  readonly isSilent?: boolean;
  /** Numbers of the probes that expired here without a reply. */
  readonly loss?: readonly number[];
  /** Rate limit of error messages: a token bucket. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  /** Numbers of the forwarded packets that are dropped. */
  readonly drops?: readonly number[];
  /** Drops all forwarded packets. */
  readonly isBlackhole?: boolean;
  /** Answers all forwarded packets with this error. */
  readonly error?: ErrorDescription;
  /** Larger packets are not forwarded. */
  readonly mtu?: number;
  /** Quoted bytes of the transport message; all by default. */
  readonly quote?: number;
  /** TTL in the quoted header; 1 by default. */
  readonly quotedHopLimit?: number;
  readonly replyHopLimit?: number;
  readonly mpls?: readonly MplsLabel[];
  readonly interface?: InterfaceInformation;
  readonly extensionFault?: ExtensionFault;
  /** Rewrites the source of forwarded packets, and does not restore it in quotes. */
  readonly natSource?: string;
  /** Rewrites the destination of forwarded packets; quotes of later hops contain it. */
  readonly natDestination?: string;
  /** Sets this type of service, or traffic class, in forwarded packets. */
  readonly trafficClass?: number;
}

/** Several routers at the same distance. */
export interface BalancedHop {
  readonly paths: readonly RouterDescription[];
  /**
   * By flow (the first four bytes of the transport header), by packet, or by list: the path numbers of the probes that
   * expire here, in order; all other packets use the first path.
   */
  readonly balance: 'flow' | 'packet' | readonly number[];
}

export type HopDescription = RouterDescription | BalancedHop;

/** The target. Lists and keys are numbers of the probes that arrive. */
export interface DestinationDescription {
  readonly name?: string;
  readonly delay?: Delays;
  readonly isSilent?: boolean;
  readonly loss?: readonly number[];
  /** Share of lost replies, from a generator with a fixed seed. */
  readonly lossRate?: number;
  /** Number of extra copies, 0.5 ms apart. */
  readonly duplicates?: Readonly<Record<string, number>>;
  /** Offset of the payload byte in which a bit is flipped. */
  readonly damage?: Readonly<Record<string, number>>;
  /** Bytes removed from the end of the reply, with a correct checksum. */
  readonly cut?: Readonly<Record<string, number>>;
  readonly wrongChecksum?: readonly number[];
  readonly wrongIdentifier?: readonly number[];
  readonly wrongNonce?: readonly number[];
  readonly wrongSource?: Readonly<Record<string, string>>;
  /** Hexadecimal IPv4 options of the reply. */
  readonly options?: Readonly<Record<string, string>>;
  readonly replyHopLimit?: number;
  /** Replies start with the remaining TTL of the probe, as on old BSD hosts. */
  readonly reusesHopLimit?: boolean;
  /** Dotted mask in replies to mask requests, which most hosts do not answer (RFC 1122, 3.2.2.9). */
  readonly mask?: string;
  /** Reply to node information queries (RFC 4620): code, flags, and hexadecimal data. */
  readonly node?: { readonly code?: number; readonly flags?: number; readonly data?: string };
  readonly udp?: 'closed' | 'silent';
  readonly tcp?: 'open' | 'closed' | 'silent';
  /** Error sent in place of a reply. */
  readonly error?: ErrorDescription;
  readonly extensionFault?: ExtensionFault;
  readonly quote?: number;
  /** Hexadecimal IPv4 options in the quoted header. */
  readonly quotedOptions?: string;
  /** TTL in the quoted header; 1 by default. */
  readonly quotedHopLimit?: number;
  /** The quoted header has the flag DF. */
  readonly quotesDontFragment?: boolean;
  /** Protocol in the quoted header. */
  readonly quotedProtocol?: number;
}

export interface NetworkDescription {
  readonly name: string;
  readonly about: string;
  readonly family: 4 | 6;
  readonly source: string;
  readonly target: string;
  readonly hops: readonly HopDescription[];
  readonly destination: DestinationDescription;
  /** Changes of the network at certain times. */
  readonly changes?: readonly {
    readonly at: number;
    readonly hops?: readonly HopDescription[];
    readonly destination?: DestinationDescription;
  }[];
  /** Unsolicited ICMP messages, hexadecimal without checksum. */
  readonly strays?: readonly { readonly at: number; readonly source: string; readonly message: string }[];
  /** Steps of the wall clock. */
  readonly clockSteps?: readonly { readonly at: number; readonly by: number }[];
  /** Capacity of the interface queue in messages; the rest must be sent again. */
  readonly queue?: number;
  /** Probes that the kernel refuses. */
  readonly refusals?: Readonly<Record<string, { readonly errorName: string; readonly mtu?: number }>>;
}
