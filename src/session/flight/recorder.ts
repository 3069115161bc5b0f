/**
 * The flight recorder: buffers the traffic of a capture and writes the frames before and after a trigger, while the
 * capture continues. Overlapping windows are merged, so that every frame is written at most once. Pure: batches and
 * times go in, windows go out to an output. @module
 */
import { readU32le } from '../../base/bytes.ts';
import { defined } from '../../base/defined.ts';
import type { FilterError } from '../../bpf/index.ts';
import { EnhancedPacket } from '../../pcap/index.ts';
import type { OutputEnd } from '../record-output.ts';
import type { FlightExcerpt } from './excerpt.ts';
import type { FlightCounters, FlightOptions } from './options.ts';
import { type FlightMoment, type FlightReach, flightReach } from './reach.ts';
import { type HistoryChunk, RecordHistory } from './record-history.ts';
import { FlightTime } from './time.ts';
import { FlightTriggers } from './triggers.ts';
import { FlightWriter } from './writer.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;
/** Milliseconds that late frames may take after the end of a window by the clock. */
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
  /** The newest excerpt, while a window may still reach back to it. */
  #excerpt: FlightExcerpt | undefined;
  /** New frames belong to it. */
  #isOpen = false;
  /** Time of the end of its window. */
  #until = 0;
  /** Position after all that was ever wanted. */
  #wantedUpTo = 0;
  /** Time of the newest batch, which evicts others. */
  #batchTime = 0;
  #evictedTime = Number.NEGATIVE_INFINITY;
  #seen = 0;
  #evictedEarly = 0;
  #triggerCount = 0;
  #windows = 0;

  /**
   * @throws FilterError if a trigger is not a valid filter
   * @throws RangeError if the history is smaller than `before`
   * @throws StackError `MEMORY`
   */
  constructor(options: FlightOptions) {
    const { before, historySize, interfaces, resolver } = options;
    this.#options = options;
    if ('bytes' in before && before.bytes > historySize) {
      throw new RangeError(`a history of ${historySize} bytes cannot hold the ${before.bytes} bytes before a trigger`);
    }
    this.#after = options.after * NANOSECONDS_PER_MILLISECOND;
    this.#maximumTriggers = options.maximumTriggers ?? Number.POSITIVE_INFINITY;
    this.#history = new RecordHistory(historySize, (chunk) => this.#onEvict(chunk));
    this.#reach = flightReach(before, this.#history, this.#time);
    const settings = { interfaces, history: this.#history, ...defined({ resolver }) };
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

  /** The trigger limit is reached and all windows are over, or the output has ended. */
  get isDone(): boolean {
    return this.stopped.aborted || (this.#triggerCount >= this.#maximumTriggers && !this.#isOpen);
  }

  /** Aborted when the output ends. `ended` is the reason; after an error `finish` throws it. */
  get stopped(): AbortSignal {
    return this.#writer.stopped;
  }

  get ended(): OutputEnd | undefined {
    return this.#options.output.ended;
  }

  /** Adds a batch of PCAPNG blocks with one frame each, in order of time. */
  take(blocks: Uint8Array, frames: number): void {
    if (frames === 0) return;
    const { bytes } = this.#history;
    const first = this.#time.ofBlock(blocks, 0);
    this.#batchTime = first;
    this.#leaveBehind(first);
    this.#seen += frames;
    const start = this.#history.append(blocks, frames, first, this.#writer.neededFrom);
    if (start === undefined) return; // the history counts them, and a comment will say where
    const end = start + blocks.length;
    const position = this.#history.position - end; // the position of offset 0
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
   * Triggers without a frame.
   * @param reason a few words for readers of the file
   * @param wallTime milliseconds since 1970
   */
  trigger(reason: string, wallTime: number): void {
    if (!this.#isAwaiting) return;
    this.#onTrigger(reason, { time: this.#time.ofWallTime(wallTime), position: this.#history.position });
    this.#grow();
  }

  /** Ends windows that are over by the clock when no frame arrives. */
  tick(wallTime: number): void {
    if (this.#excerpt === undefined) return;
    const time = this.#time.ofWallTime(wallTime - GRACE);
    if (this.#isOpen && time > this.#until) this.#close(this.#history.position);
    this.#leaveBehind(time);
    this.#writer.wake();
  }

  /** Resolves when the output holds everything wanted so far. @throws the error of the output */
  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** Ends the open window, writes everything wanted, and closes the output. @throws the error of the output */
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

  /** Opens a window, or continues the last excerpt if the two overlap. */
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

  /** Adds the whole history to the open window. */
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

  /** Ends the excerpt once no window from `time` on can reach back to it. */
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
