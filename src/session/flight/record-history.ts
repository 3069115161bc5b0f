/**
 * The recent past of a capture: PCAPNG blocks of frames, whole batches copied into a circular buffer, the oldest making
 * room unless it is still needed. Nothing is allocated or looked at per frame; a batch becomes a chunk, or a part of the
 * last one. The buffer is WebAssembly memory where there is such, so that compiled filters judge the frames where they
 * lie. @module
 */
import { StackError } from '../../base/errors.ts';
import { commitHugePages } from '../../sys/huge-pages.ts';
import { WASM_PAGE_LENGTH, type WasmMemory, webAssembly } from '../../wasm/web-assembly.ts';

/** Shorter chunks take what comes next too, so that their number stays small beside the records. */
const SHORT_CHUNK = 64 * 1024;

/** Bytes in front of the records, for tables that compiled filters work on. */
export const HISTORY_TABLE_LENGTH = WASM_PAGE_LENGTH;
const FIRST = HISTORY_TABLE_LENGTH;

/** Records that lie one behind the other. A position counts bytes of records since the beginning. */
export interface HistoryChunk {
  /** Where they lie in `bytes`. */
  readonly start: number;
  end: number;
  readonly position: number;
  frames: number;
  /** Times of the owner's choice: of the first record, and of its last batch's first record. */
  readonly firstTime: number;
  lastTime: number;
  /** Frames that came before its first one and found no room. */
  readonly refusedBefore: number;
}

/** The position behind its last record. */
export function endPosition({ start, end, position }: HistoryChunk): number {
  return position + end - start;
}

export class RecordHistory {
  readonly memory: WasmMemory | undefined;
  /** All of it; the records stand behind `HISTORY_TABLE_LENGTH`. */
  readonly bytes: Uint8Array;
  readonly capacity: number;
  readonly #chunks: HistoryChunk[] = [];
  #position = 0;
  #frames = 0;
  #refused = 0;
  /** Of `refused`, those since the newest chunk. */
  #refusedLately = 0;
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
      throw new StackError('MEMORY', `cannot allocate a history of ${capacity} bytes; reduce --history`, { cause });
    }
    this.capacity = this.bytes.length - FIRST;
    commitHugePages(this.bytes, 0, this.bytes.length); // fault by fault it would cost frames (bench/live/flight.ts)
    this.#onEvict = onEvict;
  }

  /** Frames that are here now. */
  get frames(): number {
    return this.#frames;
  }

  /** Frames that found no room. */
  get refused(): number {
    return this.#refused;
  }

  /** Behind the newest record. */
  get position(): number {
    return this.#position;
  }

  /** Of the oldest record. */
  get firstPosition(): number {
    return this.#chunks[0]?.position ?? this.#position;
  }

  /** The chunk that holds the record at this position; undefined when it is gone or not there yet. */
  chunkAt(position: number): HistoryChunk | undefined {
    const chunk = this.#chunks[this.#chunks.findLastIndex((each) => each.position <= position)];
    return chunk === undefined || position >= endPosition(chunk) ? undefined : chunk;
  }

  /** The newest chunk whose first record is older than `time`; if none is, the oldest of all. */
  chunkBefore(time: number): HistoryChunk | undefined {
    return this.#chunks.findLast(({ firstTime }) => firstTime < time) ?? this.#chunks[0];
  }

  /**
   * Copies a batch in.
   * @param time of its first record
   * @param neededFrom a position: what is here from there on must not make room
   * @returns where it begins in `bytes`; it is the end of the newest chunk. Undefined: there is no room for it
   * @throws RangeError when it is longer than all that is here
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

  /** How many of the oldest chunks lie where the batch is to go, or between the newest one and the buffer's end. */
  #countInTheWay(behind: number, at: number, length: number): number {
    let count = 0;
    const start = (): number => this.#chunks[count]?.start ?? -1;
    if (at < behind) while (start() >= behind) count += 1;
    while (start() >= at && start() < at + length) count += 1;
    return count;
  }
}
