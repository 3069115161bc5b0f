/**
 * One run of a merge: indexes new frames, waits for more, and detects the end. The merger decides about the order.
 * @module
 */
import type { Clock } from '../../base/clock.ts';
import { StackError } from '../../base/errors.ts';
import type { CaptureSource } from '../../base/frame.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { RingSource } from '../ring/ring-source.ts';
import { BatchInput } from './batch-input.ts';
import { FrameMerger } from './frame-merger.ts';
import { firstOfGroup, numberingOf } from './merge-interfaces.ts';
import { RingInput, type RingLoan } from './ring-input.ts';

/** Milliseconds between looks while frames wait. A look costs the same however few frames it finds. */
const LOOK_INTERVAL = 20;
/** Interval when rings fill up, or when no wait is wanted. */
const SHORT_LOOK_INTERVAL = 5;
/** Milliseconds without a frame to deliver, on top of the block timeouts, until the clocks are assumed to disagree. */
const FRUITLESS_TIME = 1000;

export interface MergeRunOptions {
  readonly onWarning: (message: string) => void;
  readonly clock: Clock;
}

export class MergeRun {
  readonly merger: FrameMerger;
  readonly #rings: RingInput[] = [];
  readonly #others: BatchInput[] = [];
  readonly #loans: { readonly input: RingInput; readonly source: RingSource }[] = [];
  readonly #options: MergeRunOptions;
  readonly #stop: AbortSignal;
  readonly #ending = new AbortController();
  readonly #patience: number;
  readonly #blockTimeout: number;
  /** Value of `clock.now()` since which frames wait without one to deliver. */
  #fruitlessSince: number | undefined;
  #clockSteps = 0;
  /** The blocks were returned to the kernel: waiting frames are gone. */
  #isClosed = false;

  /** @throws StackError `BUSY` if a source is already being read */
  constructor(
    sources: readonly CaptureSource[],
    interfaces: CaptureInterface[],
    stop: AbortSignal,
    options: MergeRunOptions,
  ) {
    this.#options = options;
    this.#stop = stop;
    const loans = lendRings(sources);
    const stopReading = AbortSignal.any([stop, this.#ending.signal]);
    const inputs = sources.map((source) => {
      if (!(source instanceof RingSource)) {
        const input = new BatchInput(source, stopReading, numberingOf(source, interfaces));
        this.#others.push(input);
        return input;
      }
      const loan = loans.get(source) as RingLoan;
      const input = new RingInput(loan, interfaces.indexOf(firstOfGroup(sources, source).interfaces[0]));
      this.#rings.push(input);
      this.#loans.push({ input, source });
      return input;
    });
    this.merger = new FrameMerger(inputs);
    this.#blockTimeout = Math.max(0, ...[...loans.values()].map((loan) => loan.blockTimeout));
    this.#patience = FRUITLESS_TIME + 2 * this.#blockTimeout;
  }

  /** Runs until the merger holds a batch. False at the end. @throws StackError `INTERFACE_GONE` */
  async advance(): Promise<boolean> {
    for (;;) {
      if (this.look()) return true;
      if (this.#isClosed) return false;
      if (this.#hasEnded) {
        this.#throwIfAllGone();
        return false;
      }
      await this.#arrival();
    }
  }

  /** Also in the middle of a batch: a closing source waits for its blocks. */
  takeBlocksBack(): void {
    this.#isClosed = true;
    for (const input of this.#rings) input.close();
  }

  async close(): Promise<void> {
    this.takeBlocksBack();
    for (const { source } of this.#loans) source.takeRingBack();
    this.#ending.abort(); // ends a pending wait for the next batch of a source
    for (const input of this.#others) await input.close();
  }

  get #hasEnded(): boolean {
    return this.#rings.every(({ hasEnded }) => hasEnded) && this.#others.every(({ hasEnded }) => hasEnded);
  }

  /** Indexes new frames without waiting. @returns whether there is a batch */
  look(): boolean {
    if (this.#isClosed) return false;
    for (const input of this.#others) input.look();
    const now = this.#options.clock.wallTime();
    for (const { input, source } of this.#loans) {
      if (input.hasEnded) continue;
      if (this.#stop.aborted) input.refuse(now);
      input.look(now);
      if (input.isGone && input.hasEnded) this.#sayGone(source.interfaceName);
    }
    this.#sayClockSteps();
    if (this.merger.cut().size > 0) {
      this.#fruitlessSince = undefined;
      return true;
    }
    if (!this.merger.isHolding) {
      this.#fruitlessSince = undefined;
      return false;
    }
    const { clock } = this.#options;
    this.#fruitlessSince ??= clock.now();
    return clock.now() - this.#fruitlessSince > this.#patience && this.merger.cutAll().size > 0;
  }

  /** Milliseconds until the next look. */
  get lookInterval(): number {
    const isRoomy = this.#rings.every((input) => input.isRoomy);
    return isRoomy ? Math.max(SHORT_LOOK_INTERVAL, Math.min(LOOK_INTERVAL, this.#blockTimeout)) : SHORT_LOOK_INTERVAL;
  }

  /** Waiting frames keep the socket readable: then wait for a time instead. */
  async #arrival(): Promise<void> {
    const others = this.#others.flatMap((input) => input.arrival() ?? []);
    const rings = this.#rings.filter(({ hasEnded }) => !hasEnded);
    // No event announces the last frames of a removed interface, in the block that the kernel was filling.
    const isTimed = this.merger.isHolding || this.#stop.aborted || rings.some(({ isGone }) => isGone);
    if (isTimed || others.length + rings.length === 0) {
      await Promise.race([...others, this.#options.clock.sleep(this.lookInterval)]);
      return;
    }
    const awake = new AbortController();
    const wake = (): void => awake.abort();
    this.#stop.addEventListener('abort', wake, { once: true });
    const stopped = new Promise<void>((resolve) => awake.signal.addEventListener('abort', () => resolve()));
    await Promise.race([stopped, ...others, ...rings.map((input) => input.arrival(awake.signal))]);
    this.#stop.removeEventListener('abort', wake);
    wake();
  }

  #sayGone(name: string): void {
    if (this.#hasEnded) return;
    this.#options.onWarning(`interface ${name} was removed; the capture continues on the others`);
  }

  #sayClockSteps(): void {
    const { clockSteps } = this.merger;
    if (clockSteps === this.#clockSteps) return;
    this.#clockSteps = clockSteps;
    this.#options.onWarning('the clock was set back; frames are in order before and after that');
  }

  #throwIfAllGone(): void {
    const [first] = this.#rings;
    if (first === undefined || this.#others.length > 0 || !this.#rings.every(({ isGone }) => isGone)) return;
    throw new StackError('INTERFACE_GONE', 'all interfaces were removed during the capture');
  }
}

/** Borrows all rings, or none if one is busy. */
function lendRings(sources: readonly CaptureSource[]): ReadonlyMap<RingSource, RingLoan> {
  const loans = new Map<RingSource, RingLoan>();
  try {
    for (const source of sources) if (source instanceof RingSource) loans.set(source, source.lendRing());
  } catch (error) {
    for (const source of loans.keys()) source.takeRingBack();
    throw error;
  }
  return loans;
}
