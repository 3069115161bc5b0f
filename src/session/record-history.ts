/**
 * The recent past of a capture: PCAP records with nanoseconds, whole batches copied into a circular buffer, the oldest
 * making room. Nothing is allocated or looked at per frame; a batch becomes a chunk, or a part of the last one. The
 * buffer is WebAssembly memory where there is such, so that compiled filters judge the records where they lie. @module
 */
import { readU32le } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import type { FrameView } from '../base/frame.ts';
import { WASM_PAGE_LENGTH, type WasmMemory, webAssembly } from '../base/web-assembly.ts';
import { PcapRecordHeader } from '../pcap/index.ts';
import { commitHugePages } from '../sys/huge-pages.ts';

/** Shorter chunks take what comes next too, so that their number stays small beside the records. */
const SHORT_CHUNK = 64 * 1024;

/** Bytes in front of the records, for tables that compiled filters work on. */
export const HISTORY_TABLE_LENGTH = WASM_PAGE_LENGTH;
const FIRST = HISTORY_TABLE_LENGTH;

/** Records that lie one behind the other. */
export interface HistoryChunk {
  /** Where they lie in `bytes`. */
  readonly start: number;
  end: number;
  /** Bytes of records that came before them, since the beginning. */
  readonly position: number;
  frames: number;
  /** Of the owner's choice; the time of its last batch's first record. */
  time: number;
}

export class RecordHistory {
  readonly memory: WasmMemory | undefined;
  /** All of it; the records stand behind `HISTORY_TABLE_LENGTH`. */
  readonly bytes: Uint8Array;
  readonly capacity: number;
  readonly #chunks: HistoryChunk[] = [];
  /** Chunks evicted so far: the sequence number of the first one in `#chunks`. */
  #evicted = 0;
  #position = 0;
  #frames = 0;
  #length = 0;
  /** Told about each chunk that goes. */
  readonly #onEvict: (chunk: HistoryChunk) => void;

  /**
   * @param capacity bytes; rounded up to whole pages of 64 KiB
   * @throws StackError `MEMORY`
   */
  constructor(capacity: number, onEvict: (chunk: HistoryChunk) => void) {
    const pages = Math.ceil((FIRST + capacity) / WASM_PAGE_LENGTH);
    const api = webAssembly();
    try {
      this.memory = api === undefined ? undefined : new api.Memory({ initial: pages, maximum: pages });
      this.bytes = new Uint8Array(this.memory?.buffer ?? new ArrayBuffer(pages * WASM_PAGE_LENGTH));
    } catch (cause) {
      throw new StackError('MEMORY', `cannot reserve ${capacity} bytes for the past of a capture`, { cause });
    }
    this.capacity = this.bytes.length - FIRST;
    commitHugePages(this.bytes, 0, this.bytes.length); // fault by fault it would cost frames (bench/live/flight.ts)
    this.#onEvict = onEvict;
  }

  /** Frames and bytes of records that are here now. */
  get frames(): number {
    return this.#frames;
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes of records since the beginning. */
  get position(): number {
    return this.#position;
  }

  /** Sequence numbers of the oldest chunk, and of the one behind the newest. */
  get firstSequence(): number {
    return this.#evicted;
  }

  get endSequence(): number {
    return this.#evicted + this.#chunks.length;
  }

  /** The chunk with that sequence number; undefined when it is gone or not there yet. */
  chunk(sequence: number): HistoryChunk | undefined {
    return this.#chunks[sequence - this.#evicted];
  }

  /**
   * Copies a batch in.
   * @returns where it begins in `bytes`; it is the end of the newest chunk
   * @throws RangeError when it is longer than all that is here
   */
  append(records: Uint8Array, frames: number, time: number): number {
    const { length } = records;
    if (length > this.capacity) throw new RangeError(`a batch of ${length} bytes in a history of ${this.capacity}`);
    const behind = this.#chunks.at(-1)?.end ?? FIRST;
    const at = behind + length > this.bytes.length ? FIRST : behind;
    if (at < behind) this.#evictWhile((oldest) => oldest.start >= behind);
    this.#evictWhile((oldest) => oldest.start >= at && oldest.start < at + length);
    this.bytes.set(records, at);
    const last = this.#chunks.at(-1);
    if (last !== undefined && last.end === at && last.end - last.start < SHORT_CHUNK) {
      last.end = at + length;
      last.frames += frames;
      last.time = time;
    } else {
      this.#chunks.push({ start: at, end: at + length, position: this.#position, frames, time });
    }
    this.#position += length;
    this.#frames += frames;
    this.#length += length;
    return at;
  }

  #evictWhile(isInTheWay: (oldest: HistoryChunk) => boolean): void {
    for (let oldest = this.#chunks[0]; oldest !== undefined && isInTheWay(oldest); oldest = this.#chunks[0]) {
      this.#chunks.shift();
      this.#evicted += 1;
      this.#frames -= oldest.frames;
      this.#length -= oldest.end - oldest.start;
      this.#onEvict(oldest);
    }
  }
}

/** A record of the history as a frame; it moves. */
export class HistoryFrame implements FrameView {
  readonly data: Uint8Array;
  readonly interfaceIndex = 0;
  offset = 0;
  length = 0;
  wireLength = 0;
  seconds = 0;
  nanoseconds = 0;

  constructor(history: RecordHistory) {
    this.data = history.bytes;
  }

  /** Points at the record that begins at `at`. @returns where the next one begins */
  wrap(at: number): number {
    const { data } = this;
    this.offset = at + PcapRecordHeader.length;
    this.seconds = readU32le(data, at + PcapRecordHeader.seconds);
    this.nanoseconds = readU32le(data, at + PcapRecordHeader.fraction);
    this.length = readU32le(data, at + PcapRecordHeader.capturedLength);
    this.wireLength = readU32le(data, at + PcapRecordHeader.wireLength);
    return this.offset + this.length;
  }
}
