/**
 * The history of a capture: PCAPNG blocks of frames, copied batch by batch into a circular buffer that evicts the
 * oldest ones unless they are still needed. No work is done per frame; a batch becomes a chunk or part of the last one.
 * The buffer is WebAssembly memory if available, so that compiled filters can read the frames in it. @module
 */
import { StackError } from '../../base/errors.ts';
import { commitHugePages } from '../../sys/huge-pages.ts';
import { WASM_PAGE_LENGTH, type WasmMemory, webAssembly } from '../../wasm/web-assembly.ts';

/** Shorter chunks also take the next batch, which keeps their number small. */
const SHORT_CHUNK = 64 * 1024;

/** Bytes before the records, for tables that compiled filters read. */
export const HISTORY_TABLE_LENGTH = WASM_PAGE_LENGTH;
const FIRST = HISTORY_TABLE_LENGTH;

/** Adjacent records. A position counts bytes of records since the beginning of the capture. */
export interface HistoryChunk {
  /** Offsets in `bytes`. */
  readonly start: number;
  end: number;
  readonly position: number;
  frames: number;
  /** Times in units of the owner: of the first record, and of the first record of the last batch. */
  readonly firstTime: number;
  lastTime: number;
  /** Frames lost before its first one. */
  readonly refusedBefore: number;
}

/** Returns the position after its last record. */
export function endPosition({ start, end, position }: HistoryChunk): number {
  return position + end - start;
}

export class RecordHistory {
  readonly memory: WasmMemory | undefined;
  /** The whole buffer; records begin after `HISTORY_TABLE_LENGTH`. */
  readonly bytes: Uint8Array;
  readonly capacity: number;
  readonly #chunks: HistoryChunk[] = [];
  #position = 0;
  #frames = 0;
  #refused = 0;
  /** Frames of `refused` since the newest chunk. */
  #refusedLately = 0;
  /** Called for each evicted chunk. */
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
      throw new StackError('MEMORY', `cannot allocate a history of ${capacity} bytes; reduce --history`, { cause });
    }
    this.capacity = this.bytes.length - FIRST;
    commitHugePages(this.bytes, 0, this.bytes.length); // page faults during the capture would cost frames (bench/live/flight.ts)
    this.#onEvict = onEvict;
  }

  /** Frames in the history. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames lost because the history was full. */
  get refused(): number {
    return this.#refused;
  }

  /** Position after the newest record. */
  get position(): number {
    return this.#position;
  }

  /** Position of the oldest record. */
  get firstPosition(): number {
    return this.#chunks[0]?.position ?? this.#position;
  }

  /** Returns the chunk with the record at this position; undefined if it was evicted or not added yet. */
  chunkAt(position: number): HistoryChunk | undefined {
    const chunk = this.#chunks[this.#chunks.findLastIndex((each) => each.position <= position)];
    return chunk === undefined || position >= endPosition(chunk) ? undefined : chunk;
  }

  /** Returns the newest chunk whose first record is older than `time`, or the oldest one. */
  chunkBefore(time: number): HistoryChunk | undefined {
    return this.#chunks.findLast(({ firstTime }) => firstTime < time) ?? this.#chunks[0];
  }

  /**
   * Copies a batch into the buffer.
   * @param time of its first record
   * @param neededFrom records from this position on must not be evicted
   * @returns its offset in `bytes`, where the newest chunk ends; undefined if there is no room
   * @throws RangeError if it is larger than the history
   */
  append(records: Uint8Array, frames: number, time: number, neededFrom: number): number | undefined {
    const { length } = records;
    if (length > this.capacity)
      throw new RangeError(`batch of ${length} bytes exceeds the history of ${this.capacity}`);
    const behind = this.#chunks.at(-1)?.end ?? FIRST;
    const at = behind + length > this.bytes.length ? FIRST : behind;
    const inTheWay = this.#countInTheWay(behind, at, length);
    const youngest = this.#chunks[inTheWay - 1];
    if (youngest !== undefined && endPosition(youngest) > neededFrom) {
      this.#refused += frames;
      this.#refusedLately += frames;
      return undefined;
    }
    for (const gone of this.#chunks.splice(0, inTheWay)) {
      this.#frames -= gone.frames;
      this.#onEvict(gone);
    }
    this.bytes.set(records, at);
    this.#enter(at, length, frames, time);
    return at;
  }

  #enter(at: number, length: number, frames: number, time: number): void {
    const last = this.#chunks.at(-1);
    const goesOn = last?.end === at && last.end - last.start < SHORT_CHUNK && this.#refusedLately === 0;
    if (last !== undefined && goesOn) {
      last.end = at + length;
      last.frames += frames;
      last.lastTime = time;
    } else {
      const position = this.#position;
      const refusedBefore = this.#refusedLately;
      const times = { firstTime: time, lastTime: time };
      this.#chunks.push({ start: at, end: at + length, position, frames, ...times, refusedBefore });
      this.#refusedLately = 0;
    }
    this.#position += length;
    this.#frames += frames;
  }

  /** Counts the oldest chunks in the place of the batch, or between the newest one and the end of the buffer. */
  #countInTheWay(behind: number, at: number, length: number): number {
    let count = 0;
    const start = (): number => this.#chunks[count]?.start ?? -1;
    if (at < behind) while (start() >= behind) count += 1;
    while (start() >= at && start() < at + length) count += 1;
    return count;
  }
}
