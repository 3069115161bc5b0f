/** How an engine writes probes of one kind and recognises what comes back. One instance for one run. @module */
import type { ArrivalEvent, ErrorQueueEvent } from './transport.ts';

/** What a match says about its probe. */
export type MatchKind =
  | 'reply'
  | 'time-exceeded'
  | 'unreachable'
  | 'too-big'
  | 'redirect'
  | 'source-quench'
  | 'parameter-problem';

/** A packet that belongs to a probe of ours. Borrowed: valid until the method's next `match`. */
export interface ProbeMatch {
  readonly kind: MatchKind;
  /** The probe's number where the packet carries all of it; otherwise its low 16 bits. */
  readonly index: number;
  readonly isFullIndex: boolean;
  /** ICMP type and code; 0 and 0 for a TCP answer. */
  readonly type: number;
  readonly code: number;
  /** Path MTU of "too big" and "fragmentation needed"; 0 when not told. */
  readonly mtu: number;
  /** True: the thing probed is there (echo reply, port unreachable, SYN-ACK, RST), if its source is the target. */
  readonly isArrival: boolean;
  /** False: the message's own checksum is wrong, so it proves nothing. */
  readonly isChecksumOk: boolean;
  /** TCP: the port's state. */
  readonly port?: 'open' | 'closed';
  /** Errors: the destination that the probe had when it died; NAT changes it on the way. Borrowed like the event. */
  readonly quotedDestination?: Uint8Array;
  /** TCP: which one of several answered. */
  readonly portNumber?: number;
  /** Errors: the quote's checksum or addresses are not what was sent, so a NAT stands in between. */
  readonly isRewritten?: boolean;
  /** Errors: where the quote lies inside the arrival's bytes, extensions excluded. */
  readonly quoteStart?: number;
  readonly quoteEnd?: number;
}

/** What the method needs to know to write one probe. */
export interface ProbeDraft {
  /** The probe's number in its run, from 0. */
  readonly index: number;
  /** Paths of an ECMP network are told apart by this number: one flow, one path. */
  readonly flow: number;
  /** 4 or 16 bytes. */
  readonly destination: Uint8Array;
  /** Payload bytes, where they differ from the method's own number. */
  readonly size?: number;
}

export interface ProbeMethod {
  readonly family: 4 | 6;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  /** Bytes of the longest message that `encode` writes. */
  readonly length: number;
  /** Bytes of a probe's message that an error has to quote for the probe to be known. */
  readonly quotedLength: number;
  /** Writes the message at `out[0]`. @returns its length */
  encode(draft: ProbeDraft, out: Uint8Array): number;
  /** Undefined: not ours. Never throws. */
  match(event: ArrivalEvent | ErrorQueueEvent): ProbeMatch | undefined;
}
