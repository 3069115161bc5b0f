/** ICMP errors that quote too little to tell whose packet they are about: not counted, but told to those who ask. @module */
import { readU8 } from '../base/bytes.ts';
import { ipProtocolOf } from '../base/protocol-numbers.ts';
import type { ProbeMethod } from '../probe/index.ts';
import { IcmpErrorReader } from '../probe/index.ts';
import type { AnswerEvent } from './answer-finder.ts';
import { IP_HEADER } from './probe-target.ts';

/** Only with `reportShortQuotes`: an error that may be about a probe of ours. */
export interface ShortQuote {
  readonly type: 'short-quote';
  /** Who sent it. */
  readonly source: string;
  /** Bytes of the packet that it quotes. */
  readonly bytes: number;
  /** On the clock's timeline. */
  readonly at: number;
}

/** Looks at what no method takes for an answer. */
export class ShortQuoteReader {
  readonly #method: ProbeMethod;
  readonly #protocol: number;
  readonly #error = new IcmpErrorReader();

  constructor(method: ProbeMethod) {
    this.#method = method;
    this.#protocol = ipProtocolOf(method.family, method.protocol);
  }

  /** Bytes that an error quotes; undefined: no error, one that quotes enough, or one about something else than a probe. */
  lengthOf(event: AnswerEvent): number | undefined {
    const error = this.#error;
    // What the socket cut, or what was damaged on the way, says nothing about the quote.
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

/** Bytes that the quoted IP header has to have. */
function headerLength(family: 4 | 6, bytes: Uint8Array, start: number, length: number): number {
  if (family === 6 || length === 0) return IP_HEADER[family];
  return Math.max(IP_HEADER[4], (readU8(bytes, start) & 0x0f) * 4);
}
