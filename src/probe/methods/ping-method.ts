/** The method of a ping run. @module */
import type { ProbeMethod } from '../method.ts';
import type { ArrivalEvent } from '../transport.ts';

/** The first difference between a received payload and the one that was sent. */
export interface PayloadDamage {
  readonly offset: number;
  readonly expected: number;
  readonly actual: number;
  /** Copies of both payloads. */
  readonly sent: Uint8Array;
  readonly received: Uint8Array;
}

/** A reply to a node information query (RFC 4620). */
export interface NodeInformation {
  readonly query: 'name' | 'addresses' | 'ipv4-addresses';
  /** `told`: the host answered. `refused`: it refused (code 1). `unknown`: it does not support the query (code 2). */
  readonly verdict: 'told' | 'refused' | 'unknown';
  /** Names or addresses, with unprintable characters replaced. */
  readonly values: readonly string[];
  /** The reply did not have room for all values. */
  readonly isTruncated: boolean;
}

/** Content of a reply, by kind of request; undefined for all other kinds. */
export interface ReplyDetails {
  /** Timestamp replies: the remote clock, in milliseconds since midnight UT. */
  readonly times: { readonly originate: number; readonly receive: number; readonly transmit: number } | undefined;
  /** Mask replies: the subnet mask, dotted. */
  readonly mask: string | undefined;
  readonly node: NodeInformation | undefined;
}

/** The details of an echo reply. */
export const NO_DETAILS: ReplyDetails = { times: undefined, mask: undefined, node: undefined };

export interface PingMethod extends ProbeMethod {
  /** Payload bytes of a probe. */
  readonly size: number;
  /** Returns the length of a correct reply to a probe of `size`, with ICMP header; undefined if it is not known. */
  replyLength(size: number): number | undefined;
  /** Returns the first difference between the payload of a reply and that of probe `index`; undefined without one. */
  damage(event: ArrivalEvent, index: number, size: number): PayloadDamage | undefined;
  details(event: ArrivalEvent): ReplyDetails;
}
