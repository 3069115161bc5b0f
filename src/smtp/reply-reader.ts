/** Reads SMTP replies (RFC 5321, 4.2) from a byte stream, whatever the server sends, in bounded memory. @module */
import { EMPTY } from '../base/bytes.ts';

/** Bytes of a line that are kept. RFC 5321, 4.5.3.1.5 allows 512; the rest of a longer line is discarded. */
export const MAX_LINE_LENGTH = 2_048;
/** Bytes and lines of one reply. Real EHLO replies have about 20 lines. */
export const MAX_REPLY_LENGTH = 65_536;
export const MAX_REPLY_LINES = 512;

/** A reply of one or more lines. */
export interface SmtpReply {
  /** 200 to 599. */
  readonly code: number;
  /** The text of each line, after the code and its separator: any characters. */
  readonly lines: readonly string[];
}

/** A line as received, without its line end. */
export interface ReceivedLine {
  readonly text: string;
  /** The line was longer than `MAX_LINE_LENGTH`. */
  readonly isCut: boolean;
}

/** `syntax`: no reply line; `codes-differ`: the lines of one reply have different codes; `too-long`: above the limits. */
export type ReplyFault = 'syntax' | 'codes-differ' | 'too-long';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** Servers use more second digits than RFC 5321, 4.2.1 defines. */
const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;

export class ReplyReader {
  readonly #onLine: (line: ReceivedLine) => void;
  /** The begin of the current line. */
  readonly #line = new Uint8Array(MAX_LINE_LENGTH);
  /** Length of the current line, including its discarded part. */
  #lineLength = 0;
  #unread = EMPTY;
  #replyLength = 0;
  #code: number | undefined;
  #lines: string[] = [];
  #bareLineFeeds = 0;
  #cutLines = 0;

  /** @param onLine called for every line of a reply, in order */
  constructor(onLine: (line: ReceivedLine) => void) {
    this.#onLine = onLine;
  }

  /** Number of received bytes that are not part of a reply that `next` has returned or begun. */
  get unreadLength(): number {
    return this.#unread.length;
  }

  /** True if a reply has begun but is not complete. */
  get isInsideReply(): boolean {
    return this.#replyLength > 0;
  }

  /** Lines that ended without a carriage return (RFC 5321, 2.3.8 forbids it). */
  get bareLineFeeds(): number {
    return this.#bareLineFeeds;
  }

  /** Lines longer than `MAX_LINE_LENGTH`. */
  get cutLines(): number {
    return this.#cutLines;
  }

  /** Adds received bytes, which the reader keeps. */
  push(bytes: Uint8Array): void {
    if (this.#unread.length === 0) {
      this.#unread = bytes;
      return;
    }
    const joined = new Uint8Array(this.#unread.length + bytes.length);
    joined.set(this.#unread);
    joined.set(bytes, this.#unread.length);
    this.#unread = joined;
  }

  /** Discards the unread bytes, which must not be interpreted. */
  discard(): void {
    this.#unread = EMPTY;
  }

  /** Returns the next complete reply, or what is wrong with it; undefined if more bytes are needed. */
  next(): SmtpReply | ReplyFault | undefined {
    while (this.#unread.length > 0) {
      const isComplete = this.#takeLine();
      if (this.#replyLength > MAX_REPLY_LENGTH) {
        this.flush();
        return 'too-long';
      }
      if (!isComplete) return undefined;
      const result = this.#addLine(this.#endLine());
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Reports an incomplete last line, when the connection is closed. */
  flush(): void {
    if (this.#lineLength > 0) this.#endLine();
  }

  /** Moves bytes up to the next line feed to the current line. @returns whether the line is complete */
  #takeLine(): boolean {
    const end = this.#unread.indexOf(LINE_FEED);
    const length = end === -1 ? this.#unread.length : end + 1;
    const room = MAX_LINE_LENGTH - this.#lineLength;
    if (room > 0) this.#line.set(this.#unread.subarray(0, Math.min(room, length)), this.#lineLength);
    this.#lineLength += length;
    this.#replyLength += length;
    this.#unread = this.#unread.subarray(length);
    return end !== -1;
  }

  #endLine(): string {
    const isCut = this.#lineLength > MAX_LINE_LENGTH;
    let end = Math.min(this.#lineLength, MAX_LINE_LENGTH);
    if (!isCut && this.#line[end - 1] === LINE_FEED) {
      end -= 1;
      if (end > 0 && this.#line[end - 1] === CARRIAGE_RETURN) end -= 1;
      else this.#bareLineFeeds += 1;
    }
    if (isCut) this.#cutLines += 1;
    const text = new TextDecoder().decode(this.#line.subarray(0, end));
    this.#lineLength = 0;
    this.#onLine({ text, isCut });
    return text;
  }

  #addLine(text: string): SmtpReply | ReplyFault | undefined {
    const [, digits, separator, rest = ''] = REPLY_LINE.exec(text) ?? [];
    if (digits === undefined) return 'syntax';
    const code = Number(digits);
    this.#code ??= code;
    if (code !== this.#code) return 'codes-differ';
    this.#lines.push(rest);
    if (separator !== '-') {
      const reply = { code, lines: this.#lines };
      this.#code = undefined;
      this.#lines = [];
      this.#replyLength = 0;
      return reply;
    }
    return this.#lines.length < MAX_REPLY_LINES ? undefined : 'too-long';
  }
}
