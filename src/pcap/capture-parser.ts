/**
 * Parses capture files from chunks of bytes, without file access: PCAP and PCAPNG, distinguished by their first bytes.
 * The parser owns one buffer, into which chunks are read; a batch is an index over it. Memory is bounded by the buffer
 * and the longest record that the format allows. An error in a file is reported after the frames before it. @module
 */
import { EMPTY } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { BlockList } from './block-list.ts';
import { type CaptureInterface, chooseFilter, type FilterChoice } from './capture-interface.ts';
import { MAX_RECORD_LENGTH } from './format.ts';
import { type FileBatch, FrameTable } from './frame-table.ts';
import { isPcapMagic, PcapParser } from './pcap-parser.ts';
import { isSectionHeader, PcapngParser } from './pcapng-parser.ts';
import { formatError, type RecordParser, truncatedError } from './record-parser.ts';

/** Bytes per read; large enough for the cost of a read to disappear in the cost of its frames. */
const CHUNK_LENGTH = 256 * 1024;
/** Minimum free space that a read is started with. */
const MIN_ROOM = 64 * 1024;
const MAGIC_LENGTH = 4;
/** Maximum number of bytes that `parseHeader` buffers. */
const MAX_HEADER_LENGTH = MAX_RECORD_LENGTH;

/** What a parser selects and lists. */
export interface ParserOptions extends FilterChoice {
  /** List the blocks of PCAPNG files for `FileBatch.forEachBlock`. Default: false. */
  readonly blocks?: boolean;
}

/** A file format. */
export type FileFormatName = 'pcap' | 'pcapng';

/**
 * Usage: write bytes into `room()`, report them with `commit(count)`, take batches with `parse()` until one is empty,
 * and call `finish()` at the end of the input. After the last batch `error` holds the error, if there was one.
 */
export class CaptureParser {
  readonly #table: FrameTable;
  #buffer: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  /** Position in the input of the beginning of the buffer. */
  #position = 0;
  /** Looks for the first interface; its offset is relative to `#start`. Undefined once the header was found. */
  #scout: { readonly parser: RecordParser; at: number } | undefined;
  #finished = false;
  #parser: RecordParser | undefined;
  readonly #interfaces: CaptureInterface[] = [];
  #format: FileFormatName = 'pcap';
  #error: StackError | undefined;

  constructor(options: ParserOptions = {}) {
    this.#table = new FrameTable(
      (index) => chooseFilter(options, this.interfaces[index]?.linkType ?? 0),
      options.blocks === true ? new BlockList() : undefined,
    );
  }

  /** The format of the input, once its first bytes are parsed. */
  get format(): FileFormatName {
    return this.#format;
  }

  /** Position in the input, after decompression, of the next record, or of the one that caused the error. */
  get position(): number {
    return this.#position + this.#start;
  }

  /** The interfaces described so far. The `interfaceIndex` of a frame is an index into this list. */
  get interfaces(): readonly CaptureInterface[] {
    this.#describe(this.#scout?.parser);
    this.#describe(this.#parser);
    return this.#interfaces;
  }

  /** Adds interfaces that a parser found to the list, which is the same array for the whole input. */
  #describe(parser: RecordParser | undefined): void {
    const found = parser?.interfaces ?? [];
    for (let next = this.#interfaces.length; next < found.length; next += 1) {
      this.#interfaces.push(found[next] as CaptureInterface);
    }
  }

  /** Maximum length in bytes of a frame of these interfaces, whatever their snap lengths. */
  get longestFrame(): number {
    return (this.#scout?.parser ?? this.#parser)?.longestFrame ?? 0; // the parser knows nothing before the scout is done
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
    const ahead = this.#scout === undefined ? 0 : this.#scout.at + this.#scout.parser.needed;
    const needed = Math.max(this.#parser?.needed ?? 0, ahead, MIN_ROOM);
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
    this.#position += this.#start;
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
   * Parses the next batch of whole frames. An empty batch (`isEmpty`): more bytes are needed, or there is an `error`, or
   * the input has ended.
   */
  parse(): FileBatch & { readonly isEmpty: boolean } {
    const table = this.#table;
    table.reset(this.#buffer);
    while (this.#error === undefined && !table.isFull && this.#step());
    this.#describe(this.#parser);
    if (this.#parser !== undefined && this.#parser.interfaces.length > 0) this.#scout = undefined;
    if (this.#finished && table.isEmpty) this.#checkRest();
    return table;
  }

  /**
   * Looks for the first interface description, without consuming anything: `parse` begins with the first block. False: more
   * bytes are needed, or there is an `error`.
   */
  parseHeader(): boolean {
    if (this.#parser === undefined && this.#detect() === undefined) {
      if (this.#finished) this.#checkRest();
      return false;
    }
    this.#scout ??= { parser: this.#createParser(new FrameTable(() => undefined)), at: 0 };
    const { parser } = this.#scout;
    while (parser.interfaces.length === 0 && this.#scout.at < MAX_HEADER_LENGTH) {
      const done = parser.step(this.#buffer, this.#start + this.#scout.at, this.#end);
      if (done > 0) this.#scout.at += done;
      else if (done < 0) this.#fail(parser.error, this.#scout.at);
      if (done <= 0) break;
    }
    if (parser.interfaces.length > 0 || this.#scout.at >= MAX_HEADER_LENGTH) return true;
    if (this.#finished && this.#error === undefined) {
      const rest = this.#end - this.#start - this.#scout.at;
      this.#fail(rest > 0 ? parser.endsEarly(rest) : formatError('the file describes no interface'), this.#scout.at);
    }
    return false;
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
    if (done < 0) this.#fail(parser.error);
    else this.#start += done;
    return done > 0;
  }

  /** Sets the error, with its position in the input. @param ahead bytes from the next record to the damaged one */
  #fail(error: StackError | undefined, ahead = 0): void {
    if (error === undefined) return;
    const position = this.position + ahead;
    this.#error = position === 0 ? error : new StackError(error.code, `at offset ${position}: ${error.message}`);
  }

  #detect(): RecordParser | undefined {
    if (this.#end - this.#start < MAGIC_LENGTH) return undefined;
    if (isSectionHeader(this.#buffer, this.#start)) this.#format = 'pcapng';
    else if (!isPcapMagic(this.#buffer, this.#start)) {
      this.#error = formatError('not a capture file: neither PCAP nor PCAPNG');
      return undefined;
    }
    this.#parser = this.#createParser(this.#table);
    return this.#parser;
  }

  #createParser(table: FrameTable): RecordParser {
    return this.#format === 'pcapng' ? new PcapngParser(table) : new PcapParser(table);
  }

  #checkRest(): void {
    const rest = this.#end - this.#start;
    if (this.#error !== undefined) return;
    if (this.#parser === undefined)
      this.#error = truncatedError(
        rest === 0 ? 'the file is empty' : `the file ends in its header, after ${rest} bytes`,
      );
    else if (rest > 0) this.#fail(this.#parser.endsEarly(rest));
    else if (this.interfaces.length === 0) this.#error = formatError('the file describes no interface');
  }
}
