/** Encodes probes of one kind and matches their replies. One instance serves one run. @module */
import type { ArrivalEvent, ErrorQueueEvent } from './transport.ts';

/** Kind of a matched packet. */
export type MatchKind =
  | 'reply'
  | 'time-exceeded'
  | 'unreachable'
  | 'too-big'
  | 'redirect'
  | 'source-quench'
  | 'parameter-problem';

/** A packet that belongs to a probe of this run. Borrowed: valid until the next call of `match`. */
export interface ProbeMatch {
  readonly kind: MatchKind;
  /** Number of the probe if the packet contains all of it; otherwise its low 16 bits. */
  readonly index: number;
  readonly isFullIndex: boolean;
  /** ICMP type and code; 0 and 0 for a TCP reply. */
  readonly type: number;
  readonly code: number;
  /** Path MTU of "packet too big" and "fragmentation needed"; 0 if not given. */
  readonly mtu: number;
  /** True for an echo reply, port unreachable, SYN-ACK or RST: if the target sent it, the probe arrived. */
  readonly isArrival: boolean;
  /** False if the checksum of the message is bad, so that it proves nothing. */
  readonly isChecksumOk: boolean;
  /** TCP: state of the port. */
  readonly port?: 'open' | 'closed';
  /** Errors: destination of the quoted probe, which a NAT may have changed. Borrowed like the event. */
  readonly quotedDestination?: Uint8Array;
  /** TCP: the port that replied. */
  readonly portNumber?: number;
  /** Errors: the checksum of the quote is not the one that was sent, so there is a NAT on the path. */
  readonly isRewritten?: boolean;
  /** Errors: the quote is `bytes[quoteStart, quoteEnd)` of the arrival, without extensions. */
  readonly quoteStart?: number;
  readonly quoteEnd?: number;
}

/** Input for one probe. */
export interface ProbeDraft {
  /** Number of the probe in its run, from 0. */
  readonly index: number;
  /** Number of the flow. All probes of one flow take one path through an ECMP network. */
  readonly flow: number;
  /** 4 or 16 bytes. */
  readonly destination: Uint8Array;
  /** Payload bytes, if not those of the method. */
  readonly size?: number;
}

export interface ProbeMethod {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Length of the longest message that `encode` writes, in bytes. */
  readonly length: number;
  /** Bytes of the message that an error must quote for a match. */
  readonly quotedLength: number;
  /** Writes a message at `out[0]`. @returns its length */
  encode(draft: ProbeDraft, out: Uint8Array): number;
  /** Returns undefined for a packet that does not belong to this run. Never throws. */
  match(event: ArrivalEvent | ErrorQueueEvent): ProbeMatch | undefined;
}
