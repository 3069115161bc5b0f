/** A simulated network as plain data, so that a situation is a file. Times in milliseconds, numbers count from 0. @module */
import type { InterfaceInformation, MplsLabel } from '../../../src/wire/icmp-extensions.ts';

/** Round trip times, used in turn; the last one stays. */
export type Delays = number | readonly number[];

export interface ErrorDescription {
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU, for the errors that carry one. */
  readonly mtu?: number;
}

/** Ways in which routers get RFC 4884 wrong, all seen in the wild. */
export type ExtensionFault =
  | 'length-in-octets'
  | 'no-length'
  | 'bad-checksum'
  | 'no-checksum'
  | 'object-too-long'
  | 'object-too-short';

export interface RouterDescription {
  readonly address: string;
  /** Of reverse DNS. */
  readonly name?: string;
  readonly delay?: Delays;
  /** Not there for those on this path: they are a hop nearer to everything behind. */
  readonly isTransparent?: boolean;
  /** Never says anything. */
  readonly isSilent?: boolean;
  /** Which of the probes that expired here go unanswered. */
  readonly loss?: readonly number[];
  /** Error messages it may send: a token bucket. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
  /** Which of the packets to be forwarded are dropped instead. */
  readonly drops?: readonly number[];
  /** Drops all that has to go on. */
  readonly isBlackhole?: boolean;
  /** Answers all that has to go on with this error. */
  readonly error?: ErrorDescription;
  /** Packets larger than this do not go on. */
  readonly mtu?: number;
  /** Bytes of the transport message that it quotes; all by default. */
  readonly quote?: number;
  /** TTL that the quoted header shows; 1 by default. */
  readonly quotedHopLimit?: number;
  readonly replyHopLimit?: number;
  readonly mpls?: readonly MplsLabel[];
  readonly interface?: InterfaceInformation;
  readonly extensionFault?: ExtensionFault;
  /** Rewrites the source on the way out and forgets to put it back into quotes. */
  readonly natSource?: string;
  /** Rewrites the destination of what it forwards, as quotes from behind it show. */
  readonly natDestination?: string;
  /** Writes this type of service, or traffic class, into what it forwards. */
  readonly trafficClass?: number;
}

/** Several routers at the same distance. */
export interface BalancedHop {
  readonly paths: readonly RouterDescription[];
  /**
   * By flow (the first four bytes of the transport header), packet by packet, or by a list: the path numbers of those
   * that expire here, one after the other, while all others take the first path.
   */
  readonly balance: 'flow' | 'packet' | readonly number[];
}

export type HopDescription = RouterDescription | BalancedHop;

/** The target. Lists and keys are numbers of the probes that reached it. */
export interface DestinationDescription {
  readonly name?: string;
  readonly delay?: Delays;
  readonly isSilent?: boolean;
  readonly loss?: readonly number[];
  /** Loses this share, by a generator with a fixed seed. */
  readonly lossRate?: number;
  /** Extra copies, half a millisecond apart. */
  readonly duplicates?: Readonly<Record<string, number>>;
  /** Flips a bit of the payload byte at this offset. */
  readonly damage?: Readonly<Record<string, number>>;
  /** Bytes cut off the reply, its checksum made anew. */
  readonly cut?: Readonly<Record<string, number>>;
  readonly wrongChecksum?: readonly number[];
  readonly wrongIdentifier?: readonly number[];
  readonly wrongNonce?: readonly number[];
  readonly wrongSource?: Readonly<Record<string, string>>;
  /** Hexadecimal IPv4 options of the reply. */
  readonly options?: Readonly<Record<string, string>>;
  readonly replyHopLimit?: number;
  /** Its answers start with the TTL that the probe had left, as old BSD hosts do. */
  readonly reusesHopLimit?: boolean;
  /** Dotted: what it answers to mask requests, which most hosts do not (RFC 1122, 3.2.2.9). */
  readonly mask?: string;
  /** What it answers to node information queries (RFC 4620): code, flags, and hexadecimal data. */
  readonly node?: { readonly code?: number; readonly flags?: number; readonly data?: string };
  readonly udp?: 'closed' | 'silent';
  readonly tcp?: 'open' | 'closed' | 'silent';
  /** Refuses instead of answering. */
  readonly error?: ErrorDescription;
  readonly extensionFault?: ExtensionFault;
  readonly quote?: number;
  /** Hexadecimal IPv4 options that the quoted header shows. */
  readonly quotedOptions?: string;
  /** TTL that the quoted header shows; 1 by default. */
  readonly quotedHopLimit?: number;
  /** The quoted header has its flag DF set. */
  readonly quotesDontFragment?: boolean;
  /** The protocol that the quoted header claims. */
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
  /** From a time on the network is another one. */
  readonly changes?: readonly {
    readonly at: number;
    readonly hops?: readonly HopDescription[];
    readonly destination?: DestinationDescription;
  }[];
  /** ICMP messages that nobody asked for, hexadecimal without checksum. */
  readonly strays?: readonly { readonly at: number; readonly source: string; readonly message: string }[];
  /** The administrator sets the wall clock. */
  readonly clockSteps?: readonly { readonly at: number; readonly by: number }[];
  /** Messages that the interface's queue takes at once; the rest has to be sent again. */
  readonly queue?: number;
  /** The kernel refuses these probes. */
  readonly refusals?: Readonly<Record<string, { readonly errorName: string; readonly mtu?: number }>>;
}
