/**
 * Capture files from chunks of bytes, without touching a file: PCAP and PCAPNG, told apart by their first bytes. The
 * parser owns one buffer, into which chunks are read; a batch is an index over it. Memory is bounded by the buffer and
 * the longest record that the format allows. What is wrong with a file is said after the frames before it. @module
 */
import { EMPTY } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import type { FrameBatch } from '../base/frame.ts';
import { type CaptureInterface, chooseFilter, type FilterChoice, type FrameFilter } from './capture-interface.ts';
import { FrameTable } from './frame-table.ts';
import { isPcapMagic, PcapFormat } from './pcap-format.ts';
import { isSectionHeader, PcapngFormat } from './pcapng-format.ts';
import { type FrameCollector, formatError, type RecordFormat, truncatedError } from './record-format.ts';

/** Bytes read at once: so many that a read does not count beside the frames in it. */
const CHUNK_LENGTH = 256 * 1024;
/** Less than this is not worth a read. */
const MINIMUM_ROOM = 64 * 1024;
const MAGIC_LENGTH = 4;

/**
 * How to use it: put bytes into `room()`, tell `commit(count)`, take batches with `parse()` until one is empty; `finish()`
 * when there are no more bytes. `error` says, once all batches are taken, what was wrong.
 */
export class CaptureParser implements FrameCollector {
  readonly #choice: FilterChoice;
  readonly #filters: (FrameFilter | undefined)[] = [];
  readonly #table = new FrameTable();
  #buffer: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  #finished = false;
  #format: RecordFormat | undefined;
  #error: StackError | undefined;
  #framesSeen = 0;
  #framesRejected = 0;

  constructor(choice: FilterChoice = {}) {
    this.#choice = choice;
  }

  /** The interfaces described so far; a frame's `interfaceIndex` is a place in it. The first one decides for the file. */
  get interfaces(): readonly CaptureInterface[] {
    return this.#format?.interfaces ?? [];
  }

  /** Bytes that a frame of these interfaces has at most, whatever snap length they announce. */
  get longestFrame(): number {
    return this.#format?.longestFrame ?? 0;
  }

  /** Why the file cannot be read on: `FILE_FORMAT` or `FILE_TRUNCATED`, or what a filter was refused with. */
  get error(): StackError | undefined {
    return this.#error;
  }

  /** Frames in the file so far, those that the filter rejected too. */
  get framesSeen(): number {
    return this.#framesSeen;
  }

  /** Of these, those that the filter let through. */
  get framesAccepted(): number {
    return this.#framesSeen - this.#framesRejected;
  }

  /** Where the next bytes go; any number of them. Batches given out before are no longer valid. */
  room(): Uint8Array {
    const needed = Math.max(this.#format?.needed ?? 0, MINIMUM_ROOM);
    if (this.#start === this.#end) this.#moveTo(this.#buffer, needed);
    else if (this.#start + needed > this.#buffer.length || this.#buffer.length - this.#end < MINIMUM_ROOM) {
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

  /** Called by the formats for every frame they find. */
  collect(
    offset: number,
    length: number,
    wireLength: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
  ): void {
    const filter = this.#filterOf(interfaceIndex);
    this.#framesSeen += 1;
    const table = this.#table;
    table.add(offset, length, wireLength, seconds, nanoseconds, interfaceIndex);
    if (filter === undefined) return;
    const keep = filter(table.last());
    if (keep === 0) {
      this.#framesRejected += 1;
      table.dropLast();
    } else table.cutLast(keep);
  }

  #filterOf(interfaceIndex: number): FrameFilter | undefined {
    for (let index = this.#filters.length; index <= interfaceIndex; index += 1) {
      this.#filters.push(chooseFilter(this.#choice, this.interfaces[index]?.linkType ?? 0));
    }
    return this.#filters[interfaceIndex];
  }

  /** One record or block. False: there is none whole, or no filter for its frame. */
  #step(): boolean {
    const format = this.#format ?? this.#detect();
    if (format === undefined) return false;
    let done: number;
    try {
      done = format.step(this.#buffer, this.#start, this.#end);
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      this.#error = error; // said after the frames before it
      return false;
    }
    if (done < 0) this.#error = format.error;
    else this.#start += done;
    return done > 0;
  }

  #detect(): RecordFormat | undefined {
    if (this.#end - this.#start < MAGIC_LENGTH) return undefined;
    if (isSectionHeader(this.#buffer, this.#start)) this.#format = new PcapngFormat(this);
    else if (isPcapMagic(this.#buffer, this.#start)) this.#format = new PcapFormat(this);
    else this.#error = formatError('not a capture file: neither PCAP nor PCAPNG');
    return this.#format;
  }

  #judgeRest(): void {
    const rest = this.#end - this.#start;
    if (this.#error !== undefined) return;
    if (this.#format === undefined)
      this.#error = truncatedError(
        rest === 0 ? 'the file is empty' : `the file ends in its header, after ${rest} bytes`,
      );
    else if (rest > 0) this.#error = this.#format.endsEarly(rest);
    else if (this.interfaces.length === 0) this.#error = formatError('the file describes no interface');
  }
}
