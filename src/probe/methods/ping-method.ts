/** What a ping run wants of a method beside what every engine wants. @module */
import type { ProbeMethod } from '../method.ts';
import type { ArrivalEvent } from '../transport.ts';

/** Where a payload differs from what was sent. */
export interface PayloadDamage {
  readonly offset: number;
  readonly expected: number;
  readonly actual: number;
  /** Both payloads, copies. */
  readonly sent: Uint8Array;
  readonly received: Uint8Array;
}

/** What a host tells about itself in an answer to a node information query (RFC 4620). */
export interface NodeInformation {
  readonly query: 'name' | 'addresses' | 'ipv4-addresses';
  /** It answered, would not (code 1), or does not know the question (code 2). */
  readonly verdict: 'told' | 'refused' | 'unknown';
  /** Names or addresses; from the network, so any text at all. */
  readonly values: readonly string[];
  /** There was more than the answer held. */
  readonly isTruncated: boolean;
}

/** What an answer says, by the kind of question; undefined for all others. */
export interface ReplyDetails {
  /** Timestamp replies: the remote clock, milliseconds since midnight UT. */
  readonly times: { readonly originate: number; readonly receive: number; readonly transmit: number } | undefined;
  /** Mask replies: dotted. */
  readonly mask: string | undefined;
  readonly node: NodeInformation | undefined;
}

/** Of messages that say nothing but "here". */
export const NO_DETAILS: ReplyDetails = { times: undefined, mask: undefined, node: undefined };

export interface PingMethod extends ProbeMethod {
  /** Payload bytes of a probe. */
  readonly size: number;
  /** Bytes of the right answer to a probe of `size`, ICMP header included; undefined when it cannot be told. */
  replyLength(size: number): number | undefined;
  /** The first difference between a reply's payload and what probe `index` carried; undefined when there is none. */
  damage(event: ArrivalEvent, index: number, size: number): PayloadDamage | undefined;
  details(event: ArrivalEvent): ReplyDetails;
}
