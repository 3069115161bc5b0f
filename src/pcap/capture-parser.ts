/**
 * Capture files from chunks of bytes, without touching a file: PCAP and PCAPNG, told apart by their first bytes. The
 * parser owns one buffer, into which chunks are read; a batch is an index over it. Memory is bounded by the buffer and
 * the longest record that the format allows. What is wrong with a file is said after the frames before it. @module
 */
import { EMPTY } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import type { FrameBatch } from '../base/frame.ts';
import { type CaptureInterface, chooseFilter, type FilterChoice } from './capture-interface.ts';
import { FrameTable } from './frame-table.ts';
import { isPcapMagic, PcapParser } from './pcap-parser.ts';
import { isSectionHeader, PcapngParser } from './pcapng-parser.ts';
import { formatError, type RecordParser, truncatedError } from './record-parser.ts';

/** Bytes read at once: so many that a read does not count beside the frames in it. */
const CHUNK_LENGTH = 256 * 1024;
/** Less than this is not worth a read. */
const MIN_ROOM = 64 * 1024;
const MAGIC_LENGTH = 4;

/**
 * How to use it: put bytes into `room()`, tell `commit(count)`, take batches with `parse()` until one is empty; `finish()`
 * when there are no more bytes. `error` says, once all batches are taken, what was wrong.
 */
export class CaptureParser {
  readonly #table: FrameTable;
  #buffer: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #finished = false;
  #parser: RecordParser | undefined;
  #error: StackError | undefined;

  constructor(choice: FilterChoice = {}) {
    this.#table = new FrameTable((index) => chooseFilter(choice, this.interfaces[index]?.linkType ?? 0));
  }

  /** The interfaces described so far; a frame's `interfaceIndex` is a place in it. The first one decides for the file. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#parser?.interfaces ?? [];
  }

  /** Bytes that a frame of these interfaces has at most, whatever snap length they announce. */
  get longestFrame(): number {
    return this.#parser?.longestFrame ?? 0;
  }

  /** Why the file cannot be read on: `FILE_FORMAT` or `FILE_TRUNCATED`, or what a filter was refused with. */
  get error(): StackError | undefined {
    return this.#error;
  }

  /** Frames in the file so far, those that the filter rejected too. */
  get framesSeen(): number {
    return this.#table.seen;
  }

  /** Of these, those that the filter let through. */
  get framesAccepted(): number {
    return this.#table.seen - this.#table.rejected;
  }

  /** Where the next bytes go; any number of them. Batches given out before are no longer valid. */
  room(): Uint8Array {
    const needed = Math.max(this.#parser?.needed ?? 0, MIN_ROOM);
    if (this.#start === this.#end) this.#moveTo(this.#buffer, needed);
    else if (this.#start + needed > this.#buffer.length || this.#buffer.length - this.#end < MIN_ROOM) {
      // What is held moves to the front at most once per record, however small the chunks are.
      this.#moveTo(this.#buffer, needed);
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Moves the bytes held to the front of `buffer`, or of a larger one when `needed` and a chunk do not fit. */
  #moveTo(buffer: Uint8Array, needed: number): void {
    const held = this.#end - this.#start;
    if (buffer.length < needed + CHUNK_LENGTH) {
      this.#buffer = new Uint8Array(needed + CHUNK_LENGTH);
      this.#buffer.set(buffer.subarray(this.#start, this.#end));
    } else {
      buffer.copyWithin(0, this.#start, this.#end);
    }
    this.#start = 0;
    this.#end = held;
  }

  /** Takes over `count` bytes that were put at the beginning of `room()`. */
  commit(count: number): void {
    this.#end += count;
  }

  /** There are no more bytes: what is left is judged. */
  finish(): void {
    this.#finished = true;
  }

  /** The whole frames at hand, a batch at a time; an empty batch: more bytes are needed, or there are none, see `error`. */
  parse(): FrameBatch {
    const table = this.#table;
    table.reset(this.#buffer);
    while (this.#error === undefined && !table.isFull && this.#step());
    if (this.#finished && table.size === 0) this.#judgeRest();
    return table;
  }

  /** Goes on until an interface is described. False: more bytes are needed, or none will help, see `error`. */
  parseHeader(): boolean {
    while (this.#error === undefined && this.interfaces.length === 0 && this.#step());
    if (this.#finished && this.interfaces.length === 0) this.#judgeRest();
    return this.interfaces.length > 0;
  }

  /** One record or block. False: there is none whole, or no filter for its frame. */
  #step(): boolean {
    const parser = this.#parser ?? this.#detect();
    if (parser === undefined) return false;
    let done: number;
    try {
      done = parser.step(this.#buffer, this.#start, this.#end);
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      this.#error = error; // said after the frames before it
      return false;
    }
    if (done < 0) this.#error = parser.error;
    else this.#start += done;
    return done > 0;
  }

  #detect(): RecordParser | undefined {
    if (this.#end - this.#start < MAGIC_LENGTH) return undefined;
    if (isSectionHeader(this.#buffer, this.#start)) this.#parser = new PcapngParser(this.#table);
    else if (isPcapMagic(this.#buffer, this.#start)) this.#parser = new PcapParser(this.#table);
    else this.#error = formatError('this is no capture file: neither PCAP nor PCAPNG');
    return this.#parser;
  }

  #judgeRest(): void {
    const rest = this.#end - this.#start;
    if (this.#error !== undefined) return;
    if (this.#parser === undefined) this.#error = truncatedError(`the file ends in its header, after ${rest} bytes`);
    else if (rest > 0) this.#error = this.#parser.endsEarly(rest);
    else if (this.interfaces.length === 0) this.#error = formatError('the file describes no interface');
  }
}
