/**
 * The flight recorder: keeps the recent past of a capture in memory, and when something happens has what came before
 * and after it written, while the capture goes on. Windows that overlap are one, so that every frame is written once at
 * most. Reads no clock: batches and times go in, windows go out to an output that it is given. @module
 */
import { readU32le } from '../base/bytes.ts';
import type { FilterError } from '../bpf/index.ts';
import { EnhancedPacket } from '../pcap/index.ts';
import type { FlightExcerpt } from './flight-excerpt.ts';
import type { FlightCounters, FlightOptions } from './flight-options.ts';
import { type FlightMoment, type FlightReach, flightReach } from './flight-reach.ts';
import { FlightTime } from './flight-time.ts';
import { FlightTriggers } from './flight-triggers.ts';
import { FlightWriter } from './flight-writer.ts';
import { type HistoryChunk, RecordHistory } from './record-history.ts';
import type { OutputEnd } from './record-output.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;
/** After a window's end by the clock, frames that were on their way still come. Milliseconds. */
const GRACE = 2_000;

export class FlightRecorder {
  readonly #options: FlightOptions;
  readonly #time = new FlightTime();
  readonly #history: RecordHistory;
  readonly #triggers: FlightTriggers;
  readonly #reach: FlightReach;
  readonly #writer: FlightWriter;
  readonly #after: number;
  readonly #maximumTriggers: number;
  /** Of the newest window, while another one may still reach back to it. */
  #excerpt: FlightExcerpt | undefined;
  /** Frames still go into it. */
  #isOpen = false;
  /** When its window ends. */
  #until = 0;
  /** Position behind all that was ever wanted. */
  #wantedUpTo = 0;
  /** The time of the newest batch, for what is evicted by it. */
  #batchTime = 0;
  #evictedTime = Number.NEGATIVE_INFINITY;
  #seen = 0;
  #evictedEarly = 0;
  #triggerCount = 0;
  #windows = 0;

  /**
   * @throws FilterError for a trigger that is no filter
   * @throws RangeError when the history is smaller than what is to be kept
   * @throws StackError `MEMORY`
   */
  constructor(options: FlightOptions) {
    const { before, historySize, interfaces, resolver } = options;
    this.#options = options;
    if ('bytes' in before && before.bytes > historySize) {
      throw new RangeError(`${historySize} bytes of memory for ${before.bytes} of the past`);
    }
    this.#after = options.after * NANOSECONDS_PER_MILLISECOND;
    this.#maximumTriggers = options.maximumTriggers ?? Number.POSITIVE_INFINITY;
    this.#history = new RecordHistory(historySize, (chunk) => this.#onEvict(chunk));
    this.#reach = flightReach(before, this.#history, this.#time);
    const settings = { interfaces, history: this.#history, ...(resolver === undefined ? {} : { resolver }) };
    this.#triggers = new FlightTriggers(options.triggers, settings);
    this.#writer = new FlightWriter(this.#history, options.output);
  }

  /** Triggers that no frame can match. */
  get warnings(): readonly FilterError[] {
    return this.#triggers.warnings;
  }

  counters(): FlightCounters {
    return {
      seen: this.#seen,
      inMemory: this.#history.frames,
      written: this.#writer.written,
      evictedEarly: this.#evictedEarly,
      lost: this.#history.refused,
      triggers: this.#triggerCount,
      windows: this.#windows,
    };
  }

  /** All triggers that were wanted have come and their windows are over, or the output takes no more. */
  get isDone(): boolean {
    return this.stopped.aborted || (this.#triggerCount >= this.#maximumTriggers && !this.#isOpen);
  }

  /** Aborted once the output takes no more: `ended` says why, or `finish` throws it. */
  get stopped(): AbortSignal {
    return this.#writer.stopped;
  }

  get ended(): OutputEnd | undefined {
    return this.#options.output.ended;
  }

  /** Takes a batch of PCAPNG blocks with one frame each, in the order of time. */
  take(blocks: Uint8Array, frames: number): void {
    if (frames === 0) return;
    const { bytes } = this.#history;
    const first = this.#time.ofBlock(blocks, 0);
    this.#batchTime = first;
    this.#leaveBehind(first);
    this.#seen += frames;
    const start = this.#history.append(blocks, frames, first, this.#writer.neededFrom);
    if (start === undefined) return; // the history counts it, and says so where it belongs
    const end = start + blocks.length;
    const position = this.#history.position - end; // of offset 0, so to speak
    const mayMatch = this.#isAwaiting && this.#triggers.anyIn(start, end);
    for (let at = start; at < end && (this.#isOpen || mayMatch); at += readU32le(bytes, at + EnhancedPacket.length)) {
      const moment = { time: this.#time.ofBlock(bytes, at), position: position + at };
      if (this.#isOpen && moment.time > this.#until) this.#close(moment.position);
      if (mayMatch && this.#isAwaiting && this.#triggers.matches(at))
        this.#onTrigger(this.#triggers.describe(at), moment);
    }
    this.#grow();
  }

  /**
   * Something happened that no frame shows.
   * @param reason a few words for the file's reader
   * @param wallTime milliseconds since 1970
   */
  trigger(reason: string, wallTime: number): void {
    if (!this.#isAwaiting) return;
    this.#onTrigger(reason, { time: this.#time.ofWallTime(wallTime), position: this.#history.position });
    this.#grow();
  }

  /** Ends windows that are over by the clock, for when no frame comes to show it. */
  tick(wallTime: number): void {
    if (this.#excerpt === undefined) return;
    const time = this.#time.ofWallTime(wallTime - GRACE);
    if (this.#isOpen && time > this.#until) this.#close(this.#history.position);
    this.#leaveBehind(time);
    this.#writer.wake();
  }

  /** Resolves when the output holds all that is wanted so far. @throws what the output throws */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Ends the window that is open, writes all that is wanted, and closes the output. @throws what the output throws */
  finish(): Promise<void> {
    this.#isOpen = false;
    this.#endExcerpt();
    return this.#writer.finish();
  }

  get #isAwaiting(): boolean {
    return this.#triggerCount < this.#maximumTriggers;
  }

  #onTrigger(reason: string, moment: FlightMoment): void {
    this.#triggerCount += 1;
    if (!this.#isOpen) this.#open(reason, moment);
    this.#until = Math.max(this.#until, moment.time + this.#after);
    this.#excerpt?.remark(moment.position, `trigger ${this.#triggerCount}: ${reason}`);
  }

  /** Opens a window: goes on with the last excerpt when the two overlap. */
  #open(reason: string, moment: FlightMoment): void {
    this.#isOpen = true;
    const last = this.#excerpt;
    if (last !== undefined && this.#reach.meets(moment, { time: this.#until, position: last.to })) {
      last.resume(this.#history.firstPosition);
      return;
    }
    this.#endExcerpt();
    const missing = this.#reach.missing(moment, this.#evictedTime);
    const trigger = { number: this.#triggerCount, reason, ...this.#time.split(moment.time), missing };
    this.#excerpt = this.#writer.begin(trigger, Math.max(this.#reach.start(moment), this.#wantedUpTo));
    this.#windows += 1;
    this.#until = moment.time;
    this.#options.onWindow?.(trigger);
  }

  /** All that is in memory now is the open window's. */
  #grow(): void {
    if (this.#isOpen) this.#want(this.#history.position);
    this.#writer.wake();
  }

  #close(position: number): void {
    this.#isOpen = false;
    this.#want(position);
  }

  #want(position: number): void {
    if (this.#excerpt === undefined) return;
    this.#excerpt.to = position;
    this.#wantedUpTo = position;
  }

  /** The excerpt is whole once no window that begins at `time` or later can reach back to it. */
  #leaveBehind(time: number): void {
    if (this.#excerpt === undefined || this.#isOpen) return;
    const end = { time: this.#until, position: this.#excerpt.to };
    if (this.isDone || !this.#reach.meets({ time, position: this.#history.position }, end)) this.#endExcerpt();
  }

  #endExcerpt(): void {
    if (this.#excerpt !== undefined) this.#excerpt.isOver = true;
    this.#excerpt = undefined;
  }

  #onEvict(chunk: HistoryChunk): void {
    const now = { time: this.#batchTime, position: this.#history.position };
    if (this.#reach.wants(chunk, now)) this.#evictedEarly += chunk.frames;
    this.#evictedTime = chunk.lastTime;
  }
}
