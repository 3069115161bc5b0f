/**
 * The flight recorder: keeps the recent past of a capture in memory, and when something happens writes what came before
 * and after it into a file of its own. Windows that overlap share a file, so that every frame stands in one file at most.
 * Reads no clock and does no I/O of its own: batches and times go in, frames go out to files that it asks for. @module
 */
import { readU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import type { NameResolver } from '../bpf/index.ts';
import { PcapRecordHeader } from '../pcap/index.ts';
import { FlightTriggers } from './flight-triggers.ts';
import { type HistoryChunk, HistoryFrame, RecordHistory } from './record-history.ts';

/** How far back a file reaches from its first trigger: milliseconds, or bytes of records. */
export type FlightBefore = { readonly milliseconds: number } | { readonly bytes: number };

export interface FlightOptions {
  readonly linkType: LinkType;
  readonly before: FlightBefore;
  /** Milliseconds that a file goes on after its last trigger. */
  readonly after: number;
  /** pcap-filter(7) expressions; a frame that matches one is a trigger. */
  readonly triggers: readonly string[];
  readonly resolver?: NameResolver;
  /** Bytes of memory for the past. With `before` in bytes at least those, and a batch more. */
  readonly historySize: number;
  /** Ends after so many triggers, once the last one's window is over. Default: no end. */
  readonly maximumTriggers?: number;
  /** Asked for a file whenever a window begins. */
  readonly open: (trigger: FlightTrigger) => FlightFile;
  /** Told about every trigger that begins a window. */
  readonly onWindow?: (trigger: FlightTrigger) => void;
}

/** Where the frames of a window go; `PcapngWriter` is one. */
export interface FlightFile {
  add(frame: FrameView, keep: number, comment?: string): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface FlightTrigger {
  /** From 1 on. */
  readonly number: number;
  /** The expressions that matched, or what `trigger` was told. */
  readonly reason: string;
  /** Seconds since 1970, and nanoseconds. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Milliseconds of the past that were wanted and had left memory already; 0 when it was large enough. */
  readonly missing: number;
}

export interface FlightCounters {
  readonly seen: number;
  readonly inMemory: number;
  readonly written: number;
  /** Frames that left memory before they were as old as `before`: a trigger would have missed them. */
  readonly evictedEarly: number;
  readonly triggers: number;
  readonly files: number;
}

const NANOSECONDS_PER_MILLISECOND = 1e6;
/** After a window's end by the clock, frames that were on their way still come. Milliseconds. */
const GRACE = 2_000;

/** A place in the history. */
interface Place {
  readonly sequence: number;
  readonly offset: number;
  readonly position: number;
}

export class FlightRecorder {
  readonly #options: FlightOptions;
  readonly #history: RecordHistory;
  readonly #frame: HistoryFrame;
  readonly #triggers: FlightTriggers;
  readonly #before: number;
  readonly #beforeBytes: number | undefined;
  readonly #after: number;
  readonly #maximumTriggers: number;
  /** Times are nanoseconds from the start of this second on: exact for a hundred days. */
  #epoch: number | undefined;
  /** Of the file in work: where its window ends, and whether frames still go into it. */
  #file: FlightFile | undefined;
  #isOpen = false;
  #until = 0;
  /** Behind the last frame that was written, while no window is open. */
  #writtenUpTo: Place | undefined;
  /** For the next frame that is written. */
  #note: string | undefined;
  /** The time of the newest batch, for what is evicted by it. */
  #batchTime = 0;
  #seen = 0;
  #written = 0;
  #evictedEarly = 0;
  #triggerCount = 0;
  #files = 0;
  #evictedTime = Number.NEGATIVE_INFINITY;
  readonly #closing: Promise<void>[] = [];

  /**
   * @throws FilterError for a trigger that is no filter
   * @throws RangeError when the history is smaller than what is to be kept
   * @throws StackError `MEMORY`
   */
  constructor(options: FlightOptions) {
    const { before, historySize, linkType, resolver } = options;
    this.#options = options;
    this.#beforeBytes = 'bytes' in before ? before.bytes : undefined;
    if (this.#beforeBytes !== undefined && this.#beforeBytes > historySize) {
      throw new RangeError(`${historySize} bytes of memory for ${this.#beforeBytes} of the past`);
    }
    this.#before = 'bytes' in before ? 0 : before.milliseconds * NANOSECONDS_PER_MILLISECOND;
    this.#after = options.after * NANOSECONDS_PER_MILLISECOND;
    this.#maximumTriggers = options.maximumTriggers ?? Number.POSITIVE_INFINITY;
    this.#history = new RecordHistory(historySize, (chunk) => this.#onEvict(chunk));
    this.#frame = new HistoryFrame(this.#history);
    const settings = { linkType, history: this.#history, ...(resolver === undefined ? {} : { resolver }) };
    this.#triggers = new FlightTriggers(options.triggers, settings);
  }

  counters(): FlightCounters {
    return {
      seen: this.#seen,
      inMemory: this.#history.frames,
      written: this.#written,
      evictedEarly: this.#evictedEarly,
      triggers: this.#triggerCount,
      files: this.#files,
    };
  }

  /** All triggers that were wanted have come, and their windows are over. */
  get isDone(): boolean {
    return this.#triggerCount >= this.#maximumTriggers && !this.#isOpen;
  }

  /**
   * Takes a batch of PCAP records with nanoseconds, in the order of time.
   * @throws what a file's `add` throws
   */
  take(records: Uint8Array, frames: number): void {
    if (frames === 0) return;
    const first = this.#timeOf(
      readU32le(records, PcapRecordHeader.seconds),
      readU32le(records, PcapRecordHeader.fraction),
    );
    this.#batchTime = first;
    this.#dropFileBefore(first);
    let at = this.#history.append(records, frames, first);
    const end = at + records.length;
    this.#seen += frames;
    const isAwaiting = this.#triggerCount < this.#maximumTriggers;
    if (!this.#isOpen && !(isAwaiting && this.#triggers.anyIn(at, end))) return;
    while (at < end) {
      const next = this.#frame.wrap(at);
      const time = this.#timeOf(this.#frame.seconds, this.#frame.nanoseconds);
      if (this.#isOpen && time > this.#until) this.#close(this.#placeOf(at));
      const isTrigger = this.#triggerCount < this.#maximumTriggers && this.#triggers.matches(this.#frame);
      if (isTrigger) this.#onMatch(time, at);
      if (this.#isOpen) this.#write(this.#frame);
      at = next;
    }
  }

  /**
   * Something happened that no frame shows.
   * @param reason a few words for the file's reader
   * @param wallTime milliseconds since 1970
   */
  trigger(reason: string, wallTime: number): void {
    if (this.#triggerCount >= this.#maximumTriggers) return;
    const seconds = Math.floor(wallTime / 1000);
    const nanoseconds = Math.round((wallTime - seconds * 1000) * NANOSECONDS_PER_MILLISECOND);
    this.#triggerCount += 1;
    const time = this.#timeOf(seconds, nanoseconds);
    if (!this.#isOpen) this.#begin({ reason, seconds, nanoseconds }, time, this.#end());
    this.#goOnUntil(time + this.#after, reason);
  }

  /** Ends windows that are over by the clock, for when no frame comes to show it. */
  tick(wallTime: number): void {
    if (this.#file === undefined || this.#epoch === undefined) return;
    const time = (wallTime - this.#epoch * 1000 - GRACE) * NANOSECONDS_PER_MILLISECOND;
    if (this.#isOpen && time > this.#until) this.#close(this.#end());
    if (!this.#isOpen) this.#dropFileBefore(time);
  }

  /** Resolves when the files hold what was written. @throws what a file throws */
  async flush(): Promise<void> {
    if (this.#isOpen) await this.#file?.flush();
    await Promise.all(this.#closing.splice(0));
  }

  /** Ends everything, in good order. */
  async finish(): Promise<void> {
    this.#isOpen = false;
    this.#finishFile();
    await this.flush();
  }

  #onMatch(time: number, at: number): void {
    this.#triggerCount += 1;
    const { seconds, nanoseconds } = this.#frame;
    const reason = this.#triggers.describe(this.#frame);
    if (!this.#isOpen) {
      const here = this.#placeOf(at);
      this.#begin({ reason, seconds, nanoseconds }, time, here);
      this.#frame.wrap(at); // the past was read with the same frame
    }
    this.#goOnUntil(time + this.#after, reason);
  }

  #goOnUntil(time: number, reason: string): void {
    const note = `trigger ${this.#triggerCount}: ${reason}`;
    this.#until = Math.max(this.#until, time);
    this.#note = this.#note === undefined ? note : `${this.#note}; ${note}`;
  }

  #write(frame: FrameView): void {
    this.#file?.add(frame, frame.length, this.#note);
    this.#note = undefined;
    this.#written += 1;
  }

  /** Opens a window at a trigger: goes on with the last file when the two overlap, and writes the past up to `here`. */
  #begin(trigger: Pick<FlightTrigger, 'reason' | 'seconds' | 'nanoseconds'>, time: number, here: Place): void {
    const from = this.#writtenUpTo;
    const start = time - this.#before;
    const startPosition = here.position - (this.#beforeBytes ?? 0);
    const isByTime = this.#beforeBytes === undefined;
    const isOverlap =
      this.#file !== undefined &&
      from !== undefined &&
      (isByTime ? start <= this.#until : startPosition <= from.position);
    if (!isOverlap) {
      this.#finishFile();
      const missing = isByTime ? Math.max(0, this.#evictedTime - start) / NANOSECONDS_PER_MILLISECOND : 0;
      const described = { ...trigger, number: this.#triggerCount, missing };
      this.#file = this.#options.open(described);
      this.#files += 1;
      this.#until = time;
      this.#options.onWindow?.(described);
    }
    this.#isOpen = true;
    const isWanted = (place: number, frameTime: number): boolean =>
      isOverlap || (isByTime ? frameTime >= start : place >= startPosition);
    this.#writePast(from, here, isWanted);
  }

  #writePast(from: Place | undefined, here: Place, isWanted: (position: number, time: number) => boolean): void {
    const history = this.#history;
    const first = Math.max(from?.sequence ?? 0, history.firstSequence);
    for (let sequence = first; sequence <= here.sequence; sequence += 1) {
      const chunk = history.chunk(sequence);
      if (chunk === undefined) continue;
      const end = sequence === here.sequence ? here.offset : chunk.end;
      let at = sequence === from?.sequence ? from.offset : chunk.start;
      while (at < end) {
        const next = this.#frame.wrap(at);
        const time = this.#timeOf(this.#frame.seconds, this.#frame.nanoseconds);
        if (isWanted(chunk.position + at - chunk.start, time)) this.#write(this.#frame);
        at = next;
      }
    }
  }

  #close(place: Place): void {
    this.#isOpen = false;
    this.#writtenUpTo = place;
  }

  /** The file is done once no window that begins at `time` or later can reach back to it. */
  #dropFileBefore(time: number): void {
    if (this.#file === undefined || this.#isOpen) return;
    const isOutOfReach =
      this.#beforeBytes === undefined
        ? time - this.#before > this.#until
        : this.#history.position - this.#beforeBytes > (this.#writtenUpTo?.position ?? 0);
    if (isOutOfReach || this.isDone) this.#finishFile();
  }

  #finishFile(): void {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) this.#closing.push(file.close());
  }

  #onEvict(chunk: HistoryChunk): void {
    const isEarly =
      this.#beforeBytes === undefined
        ? chunk.time > this.#batchTime - this.#before
        : chunk.position + (chunk.end - chunk.start) > this.#history.position - this.#beforeBytes;
    if (isEarly) this.#evictedEarly += chunk.frames;
    this.#evictedTime = chunk.time;
  }

  /** Where a record of the newest chunk is. */
  #placeOf(offset: number): Place {
    const sequence = this.#history.endSequence - 1;
    const chunk = this.#history.chunk(sequence);
    return { sequence, offset, position: chunk === undefined ? 0 : chunk.position + offset - chunk.start };
  }

  /** Behind the newest record. */
  #end(): Place {
    const newest = this.#history.chunk(this.#history.endSequence - 1);
    return newest === undefined ? { sequence: 0, offset: 0, position: 0 } : this.#placeOf(newest.end);
  }

  #timeOf(seconds: number, nanoseconds: number): number {
    this.#epoch ??= seconds;
    return (seconds - this.#epoch) * 1e9 + nanoseconds;
  }
}
