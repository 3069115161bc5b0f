/**
 * Several sources as one, in the order of time: live rings, files, or both kinds of any other making. Frames of rings
 * are not copied; they wait in their ring until their turn has come (docs/adr/0015-merging-by-watermarks.md). @module
 */
import { type Clock, systemClock } from '../base/clock.ts';
import { StackError } from '../base/errors.ts';
import {
  type CaptureSource,
  type CaptureStatistics,
  type FrameBatch,
  ownPackets,
  type Packet,
  type ReadOptions,
  sumStatistics,
} from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import { type CaptureInterface, MAXIMUM_SNAP_LENGTH, type RecordFormat } from '../pcap/index.ts';
import { BatchInput } from './batch-input.ts';
import { FrameMerger } from './frame-merger.ts';
import type { RecordBatch, RecordOptions } from './live-source.ts';
import { MergedGatherer } from './merged-gatherer.ts';
import { RingInput } from './ring-input.ts';
import { RingSource } from './ring-source.ts';

/** Milliseconds from look to look while frames wait for their turn. */
const LOOK_INTERVAL = 5;
/** Looks without a frame whose turn has come, besides a block's time: then time itself is out of step. */
const FRUITLESS_LOOKS = 200;

export interface MergeOptions {
  /** Told about what the merge outlives: an interface that goes away, a clock that is set back. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
  /** As `LiveOptions` has it, for the records of the merge; its frames are its sources'. Default: false. */
  readonly poison?: boolean;
}

/** `linkType` and `snapLength` are those of the first interface. */
export interface MergedSource extends CaptureSource {
  /** All interfaces, in the order of the sources; a frame's `interfaceIndex` is a place in it. */
  readonly interfaces: readonly CaptureInterface[];
  /** Counters of each interface, in the same order; of files nothing is counted by interface. */
  interfaceStatistics(): readonly CaptureStatistics[];
  /** Frames of each interface that `records` gave, in the same order; 0 or undefined for none. */
  readonly delivered: readonly number[];
  /**
   * The hot way to a file: ready-made records, gathered in areas that the disk takes directly. Ends by itself after
   * `limit` records. A classic file takes frames of one link type only; that is the caller's to see to.
   * @throws StackError `INTERFACE_GONE` when no interface is left
   */
  records(format: RecordFormat, options?: RecordOptions): AsyncIterable<RecordBatch>;
  /** Frames that came too late to stand where they belong, and went out as they came. */
  readonly late: number;
}

/**
 * Merges sources into one that gives all their frames in the order of their times. A file that is in itself out of
 * order is sorted a batch at a time. Live sources wait for each other: a frame goes out when no earlier one can come any
 * more, some 25 ms after it came, later only while another interface has frames in a block that is not full.
 * The sources are read by the merge alone from its first batch on, and closed with it.
 * @throws RangeError without a source
 */
export function mergeSources(sources: readonly CaptureSource[], options: MergeOptions = {}): MergedSource {
  if (sources.length === 0) throw new RangeError('a merge needs a source');
  return new SourceMerge(sources, options);
}

class SourceMerge implements MergedSource {
  readonly #sources: readonly CaptureSource[];
  readonly #warn: (message: string) => void;
  readonly #clock: Clock;
  readonly #poison: boolean;
  readonly #interfaces: CaptureInterface[] = [];
  readonly delivered: number[] = [];
  readonly #closing = new AbortController();
  #isReading = false;
  #run: MergeRun | undefined;

  constructor(sources: readonly CaptureSource[], { onWarning, clock, poison }: MergeOptions) {
    this.#sources = sources;
    this.#warn = onWarning ?? (() => {});
    this.#clock = clock ?? systemClock;
    this.#poison = poison ?? false;
    for (const source of sources) {
      if (source instanceof RingSource && firstOfGroup(sources, source) === source)
        this.#interfaces.push(source.interfaces[0]);
    }
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#interfaces;
  }

  get linkType(): LinkType {
    return this.#sources[0]?.linkType ?? 0;
  }

  get snapLength(): number {
    return this.#sources[0]?.snapLength ?? MAXIMUM_SNAP_LENGTH;
  }

  get late(): number {
    return this.#run?.merger.late ?? 0;
  }

  async *batches(options: ReadOptions = {}): AsyncGenerator<FrameBatch, void, undefined> {
    const run = this.#begin(options.signal);
    try {
      while (!this.#closing.signal.aborted && (await run.advance())) {
        try {
          yield run.merger;
        } finally {
          if (!this.#closing.signal.aborted) run.merger.finish();
        }
      }
    } finally {
      await this.#end(run);
    }
  }

  async *records(format: RecordFormat, options: RecordOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const run = this.#begin(options.signal);
    const longest = Math.max(...this.#sources.map(({ snapLength }) => snapLength));
    const gatherer = new MergedGatherer(format, longest, this.delivered, options, this.#poison);
    try {
      await gatherer.begin();
      while (!gatherer.isDone && !this.#closing.signal.aborted && (await run.advance())) {
        do gatherer.take(run.merger);
        while (gatherer.hasRoom && run.look());
        // The disk is behind: what comes now goes into the same area, so that rings need not hold it.
        while (gatherer.isLast && gatherer.hasRoom && !this.#closing.signal.aborted) {
          await Promise.race([gatherer.returned(), this.#clock.sleep(LOOK_INTERVAL)]);
          if (run.look()) gatherer.take(run.merger);
        }
        yield gatherer.hand();
        await gatherer.begin();
      }
    } finally {
      gatherer.takeBack();
      await this.#end(run);
    }
  }

  packets(options: ReadOptions = {}): AsyncGenerator<Packet, void, undefined> {
    return ownPackets(this.batches(options));
  }

  statistics(): CaptureStatistics {
    return sumStatistics(this.#sources.map((source) => source.statistics()));
  }

  interfaceStatistics(): readonly CaptureStatistics[] {
    const rings = this.#sources.filter((source) => source instanceof RingSource);
    return this.#interfaces.map((described) =>
      sumStatistics(
        rings
          .filter((source) => firstOfGroup(this.#sources, source).interfaces[0] === described)
          .map((source) => source.statistics()),
      ),
    );
  }

  /** One reader at a time. */
  #begin(signal: AbortSignal | undefined): MergeRun {
    if (this.#isReading) throw new StackError('BUSY', 'these sources are being merged already');
    this.#isReading = true;
    const { signal: closing } = this.#closing;
    const stop = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    this.#run = new MergeRun(this.#sources, this.#interfaces, stop, { onWarning: this.#warn, clock: this.#clock });
    return this.#run;
  }

  async #end(run: MergeRun): Promise<void> {
    await run.close();
    this.#isReading = false;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#run?.takeBlocksBack();
    await Promise.all(this.#sources.map((source) => source.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** One reading of a merge. */
class MergeRun {
  readonly merger: FrameMerger;
  readonly #rings: RingInput[] = [];
  readonly #others: BatchInput[] = [];
  readonly #loans: { readonly input: RingInput; readonly source: RingSource }[] = [];
  readonly #options: Required<Omit<MergeOptions, 'poison'>>;
  readonly #stop: AbortSignal;
  readonly #patience: number;
  #fruitless = 0;
  #clockSteps = 0;
  /** The blocks are the kernel's: frames that still wait are no more. */
  #isClosed = false;

  constructor(
    sources: readonly CaptureSource[],
    interfaces: CaptureInterface[],
    stop: AbortSignal,
    options: Required<Omit<MergeOptions, 'poison'>>,
  ) {
    this.#options = options;
    this.#stop = stop;
    let blockTimeout = 0;
    const inputs = sources.map((source) => {
      if (!(source instanceof RingSource)) {
        const input = new BatchInput(source, stop, numberingOf(source, interfaces));
        this.#others.push(input);
        return input;
      }
      const loan = source.lendRing();
      blockTimeout = Math.max(blockTimeout, loan.blockTimeout);
      const input = new RingInput(loan, interfaces.indexOf(firstOfGroup(sources, source).interfaces[0]));
      this.#rings.push(input);
      this.#loans.push({ input, source });
      return input;
    });
    this.merger = new FrameMerger(inputs);
    this.#patience = FRUITLESS_LOOKS + (2 * blockTimeout) / LOOK_INTERVAL;
  }

  /** Goes on until the merger holds a batch. False: there is none any more. @throws StackError `INTERFACE_GONE` */
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

  /** Also in the middle of a batch: a source that closes waits for its blocks. */
  takeBlocksBack(): void {
    this.#isClosed = true;
    for (const input of this.#rings) input.close();
  }

  async close(): Promise<void> {
    this.takeBlocksBack();
    for (const { source } of this.#loans) source.takeRingBack();
    for (const input of this.#others) await input.close();
  }

  get #hasEnded(): boolean {
    return this.#rings.every(({ hasEnded }) => hasEnded) && this.#others.every(({ hasEnded }) => hasEnded);
  }

  /** Takes in what is there, without waiting. @returns whether there is a batch */
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
      this.#fruitless = 0;
      return true;
    }
    if (!this.merger.isHolding) this.#fruitless = 0;
    else this.#fruitless += 1;
    return this.#fruitless > this.#patience && this.merger.cutAll().size > 0;
  }

  /** Frames that wait for their turn make the ring readable all the time: then time is what we wait for. */
  async #arrival(): Promise<void> {
    const awake = new AbortController();
    const wake = (): void => awake.abort();
    this.#stop.addEventListener('abort', wake, { once: true });
    const arrivals: Promise<void>[] = [];
    for (const input of this.#others) {
      const arrival = input.arrival();
      if (arrival !== undefined) arrivals.push(arrival);
    }
    const { signal } = awake;
    if (arrivals.length === 0 || this.merger.isHolding || this.#stop.aborted) {
      arrivals.push(this.#options.clock.sleep(LOOK_INTERVAL, signal));
    } else {
      for (const input of this.#rings) if (!input.hasEnded) arrivals.push(input.arrival(signal));
    }
    // One that went away has frames to come in the block that the kernel was filling, which no error tells of.
    if (this.#rings.some(({ isGone, hasEnded }) => isGone && !hasEnded)) {
      arrivals.push(this.#options.clock.sleep(LOOK_INTERVAL, signal));
    }
    await Promise.race(arrivals);
    this.#stop.removeEventListener('abort', wake);
    wake();
  }

  #sayGone(name: string): void {
    if (this.#hasEnded) return;
    this.#options.onWarning(`the interface ${name} went away; the capture goes on with the others`);
  }

  #sayClockSteps(): void {
    const { clockSteps } = this.merger;
    if (clockSteps === this.#clockSteps) return;
    this.#clockSteps = clockSteps;
    this.#options.onWarning('the clock was set back: frames are in the order of time before that and after it');
  }

  #throwIfAllGone(): void {
    const [first] = this.#rings;
    if (first === undefined || this.#others.length > 0 || !this.#rings.every(({ isGone }) => isGone)) return;
    throw new StackError('INTERFACE_GONE', 'all interfaces went away while capturing');
  }
}

/** Sources of one fanout group are one interface, that of the first of them. */
function firstOfGroup(sources: readonly CaptureSource[], { fanoutId, interfaceName }: RingSource): RingSource {
  return sources.find(
    (source): source is RingSource =>
      source instanceof RingSource && source.fanoutId === fanoutId && source.interfaceName === interfaceName,
  ) as RingSource;
}

/** Gives each interface of a source its number in the merge when its first frame comes. */
function numberingOf(source: CaptureSource, interfaces: CaptureInterface[]): (interfaceIndex: number) => number {
  const numbers: number[] = [];
  const described = (source as { readonly interfaces?: readonly CaptureInterface[] }).interfaces;
  const { linkType, snapLength } = source;
  return (interfaceIndex) => {
    const place = described === undefined ? 0 : interfaceIndex;
    for (let next = numbers.length; next <= place; next += 1) {
      numbers.push(interfaces.length);
      interfaces.push(described?.[next] ?? { linkType, snapLength });
    }
    return numbers[place] as number;
  };
}
