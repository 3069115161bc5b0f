/** ICMP errors that quote too little to match a probe. They are reported on request, and not counted. @module */
import { readU8 } from '../base/bytes.ts';
import { ipProtocolOf } from '../base/protocol-numbers.ts';
import type { ProbeMethod } from '../probe/index.ts';
import { IcmpErrorReader } from '../probe/index.ts';
import type { AnswerEvent } from './answer-finder.ts';
import { IP_HEADER } from './probe-target.ts';

/** An ICMP error that may be about a probe of this run. Only with `reportShortQuotes`. */
export interface ShortQuote {
  readonly type: 'short-quote';
  /** Source of the error. */
  readonly source: string;
  /** Length of the quote, in bytes. */
  readonly bytes: number;
  /** Time on the timeline of the clock. */
  readonly at: number;
}

/** Examines events that do not match. */
export class ShortQuoteReader {
  readonly #method: ProbeMethod;
  readonly #protocol: number;
  readonly #error = new IcmpErrorReader();

  constructor(method: ProbeMethod) {
    this.#method = method;
    this.#protocol = ipProtocolOf(method.family, method.protocol);
  }

  /** Returns the length of a short quote; undefined for any other event, or an error about another kind of packet. */
  lengthOf(event: AnswerEvent): number | undefined {
    const error = this.#error;
    // A truncated or damaged message says nothing about the quote.
    if (event.kind !== 'arrival' || event.claimedLength > event.end - event.start) return undefined;
    if (!error.readHead(event) || !error.isChecksumOk) return undefined;
    const { family, quotedLength } = this.#method;
    const length = event.end - error.quoteAt;
    if (length < headerLength(family, event.bytes, error.quoteAt, length)) return length;
    const { quote } = error;
    if (!quote.wrap(event.bytes, error.quoteAt, event.end) || quote.version !== family) return undefined;
    if (quote.protocol !== this.#protocol || quote.isLaterFragment) return undefined;
    return quote.transportLength < quotedLength ? length : undefined;
  }
}

/** Returns the length of the quoted IP header. */
function headerLength(family: 4 | 6, bytes: Uint8Array, start: number, length: number): number {
  if (family === 6 || length === 0) return IP_HEADER[family];
  return Math.max(IP_HEADER[4], (readU8(bytes, start) & 0x0f) * 4);
}
