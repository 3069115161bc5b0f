/** What applications say, as far as one line shows it. @module */
import type { LayerPlace } from './layer-place.ts';

/** A protocol of text lines. */
export interface TextLayer extends LayerPlace {
  readonly kind: 'text';
  readonly protocol: string;
  /** Lines made printable; none when the data is no text. */
  readonly lines: readonly string[];
  /** Bytes of data. */
  readonly length: number;
}

/** A DNS message (RFC 1035, 4). */
export interface DnsLayer extends LayerPlace {
  readonly kind: 'dns';
  readonly length: number;
  /** Over TCP, where a length of two bytes stands before each message. */
  readonly isStream: boolean;
  readonly identifier: number;
  /** The sixteen bits behind the identifier. */
  readonly flags: number;
  /** Response code, the upper bits that EDNS adds (RFC 6891, 6.1.3) included. */
  readonly responseCode: number;
  /** Questions, answers, authorities, additional records, as the header counts them. */
  readonly counts: readonly [number, number, number, number];
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  /** The message was cut, or is malformed, before its answers were read. */
  readonly isCut: boolean;
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord extends DnsQuestion {
  /** Seconds. */
  readonly timeToLive: number;
  /** As text, for the types that have one: addresses, names, strings. */
  readonly data?: string;
}

/** A message that is too short to be one. */
export interface BadDnsLayer extends LayerPlace {
  readonly kind: 'bad-dns';
  readonly length: number;
}

export type ApplicationLayer = TextLayer | DnsLayer | BadDnsLayer;
