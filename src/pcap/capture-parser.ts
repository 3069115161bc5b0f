/**
 * Parses capture files from chunks of bytes, without file access: PCAP and PCAPNG, distinguished by their first bytes.
 * The parser owns one buffer, into which chunks are read; a batch is an index over it. Memory is bounded by the buffer
 * and the longest record that the format allows. An error in a file is reported after the frames before it. @module
 */
import { EMPTY } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import type { FrameBatch } from '../base/frame.ts';
import { type CaptureInterface, chooseFilter, type FilterChoice } from './capture-interface.ts';
import { FrameTable } from './frame-table.ts';
import { isPcapMagic, PcapParser } from './pcap-parser.ts';
import { isSectionHeader, PcapngParser } from './pcapng-parser.ts';
import { formatError, type RecordParser, truncatedError } from './record-parser.ts';

/** Bytes per read; large enough for the cost of a read to disappear in the cost of its frames. */
const CHUNK_LENGTH = 256 * 1024;
/** Minimum free space that a read is started with. */
const MIN_ROOM = 64 * 1024;
const MAGIC_LENGTH = 4;

/**
 * Usage: write bytes into `room()`, report them with `commit(count)`, take batches with `parse()` until one is empty,
 * and call `finish()` at the end of the input. After the last batch `error` holds the error, if there was one.
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

  /** The interfaces described so far. The `interfaceIndex` of a frame is an index into this list. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#parser?.interfaces ?? [];
  }

  /** Maximum length in bytes of a frame of these interfaces, whatever their snap lengths. */
  get longestFrame(): number {
    return this.#parser?.longestFrame ?? 0;
  }

  /** Why parsing stopped: `FILE_FORMAT`, `FILE_TRUNCATED`, or the error of a filter. */
  get error(): StackError | undefined {
    return this.#error;
  }

  /** Frames parsed so far, including rejected ones. */
  get framesSeen(): number {
    return this.#table.seen;
  }

  /** Frames parsed so far that the filter accepted. */
  get framesAccepted(): number {
    return this.#table.seen - this.#table.rejected;
  }

  /** Returns free space for the next bytes. Invalidates earlier batches. */
  room(): Uint8Array {
    const needed = Math.max(this.#parser?.needed ?? 0, MIN_ROOM);
    if (this.#start === this.#end) this.#moveTo(this.#buffer, needed);
    else if (this.#start + needed > this.#buffer.length || this.#buffer.length - this.#end < MIN_ROOM) {
      // Buffered bytes move to the front at most once per record, however small the chunks are.
      this.#moveTo(this.#buffer, needed);
    }
    return this.#buffer.subarray(this.#end);
  }

  /** Moves the buffered bytes to the front of `buffer`, or of a larger one if `needed` bytes and a chunk do not fit. */
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

  /** Adds `count` bytes that were written to the beginning of `room()`. */
  commit(count: number): void {
    this.#end += count;
  }

  /** Marks the end of the input. */
  finish(): void {
    this.#finished = true;
  }

  /**
   * Parses the next batch of whole frames. An empty batch: more bytes are needed, or there is an `error`, or the input
   * has ended.
   */
  parse(): FrameBatch {
    const table = this.#table;
    table.reset(this.#buffer);
    while (this.#error === undefined && !table.isFull && this.#step());
    if (this.#finished && table.size === 0) this.#checkRest();
    return table;
  }

  /** Parses up to the first interface description. False: more bytes are needed, or there is an `error`. */
  parseHeader(): boolean {
    while (this.#error === undefined && this.interfaces.length === 0 && this.#step());
    if (this.#finished && this.interfaces.length === 0) this.#checkRest();
    return this.interfaces.length > 0;
  }

  /** Parses one record or block. False: no whole one is buffered, or there is an `error`. */
  #step(): boolean {
    const parser = this.#parser ?? this.#detect();
    if (parser === undefined) return false;
    let done: number;
    try {
      done = parser.step(this.#buffer, this.#start, this.#end);
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      this.#error = error; // reported after the frames before it
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
    else this.#error = formatError('not a capture file: neither PCAP nor PCAPNG');
    return this.#parser;
  }

  #checkRest(): void {
    const rest = this.#end - this.#start;
    if (this.#error !== undefined) return;
    if (this.#parser === undefined)
      this.#error = truncatedError(
        rest === 0 ? 'the file is empty' : `the file ends in its header, after ${rest} bytes`,
      );
    else if (rest > 0) this.#error = this.#parser.endsEarly(rest);
    else if (this.interfaces.length === 0) this.#error = formatError('the file describes no interface');
  }
}
