/**
 * Several sources as one, in the order of time: live rings, files, or both kinds of any other making. Frames of rings
 * are not copied; they wait in their ring until their turn has come (docs/adr/0015-merging-by-watermarks.md). @module
 */
import { type Clock, systemClock } from '../../base/clock.ts';
import { StackError } from '../../base/errors.ts';
import {
  type CaptureSource,
  type CaptureStatistics,
  type FrameBatch,
  ownPackets,
  type Packet,
  type ReadOptions,
  sumStatistics,
} from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { type CaptureInterface, MAX_SNAP_LENGTH, type RecordFormat } from '../../pcap/index.ts';
import type { RecordBatch, RecordReadOptions } from '../live-source.ts';
import { RingSource } from '../ring/ring-source.ts';
import { FrameGatherer } from './frame-gatherer.ts';
import { firstOfGroup } from './merge-interfaces.ts';
import { MergeRun } from './merge-run.ts';

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
  records(format: RecordFormat, options?: RecordReadOptions): AsyncIterable<RecordBatch>;
  /** Frames that came too late to stand where they belong, and went out as they came. */
  readonly late: number;
}

/**
 * Merges sources into one that gives all their frames in the order of their times. A file that is in itself out of
 * order is sorted a batch at a time. Live sources wait for each other: a frame goes out when no earlier one can come any
 * more, some 25 to 65 ms after it came, later only while another interface has frames in a block that is not full.
 * The sources are read by the merge alone from its first batch on, and closed with it.
 * @throws RangeError without a source
 */
export function mergeSources(sources: readonly CaptureSource[], options: MergeOptions = {}): MergedSource {
  if (sources.length === 0) throw new RangeError('no sources to merge');
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
    return this.#sources[0]?.snapLength ?? MAX_SNAP_LENGTH;
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

  async *records(format: RecordFormat, options: RecordReadOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const longest = Math.max(...this.#sources.map(({ snapLength }) => snapLength));
    const gatherer = new FrameGatherer(format, longest, this.delivered, options, this.#poison);
    const run = this.#begin(options.signal);
    try {
      await gatherer.begin();
      while (!gatherer.isDone && !this.#closing.signal.aborted && (await run.advance())) {
        do gatherer.take(run.merger);
        while (gatherer.hasRoom && run.look());
        // The disk is behind: what comes now goes into the same area, so that rings need not hold it.
        while (gatherer.areas.isLast && gatherer.hasRoom && !this.#closing.signal.aborted) {
          await Promise.race([gatherer.areas.returned(), this.#clock.sleep(run.lookInterval)]);
          if (run.look()) gatherer.take(run.merger);
        }
        yield gatherer.finish();
        await gatherer.begin();
      }
    } finally {
      gatherer.areas.takeBack();
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

  /** One reader at a time. @throws StackError `BUSY` */
  #begin(signal: AbortSignal | undefined): MergeRun {
    if (this.#isReading) throw new StackError('BUSY', 'these sources are already being merged');
    const { signal: closing } = this.#closing;
    const stop = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    this.#run = new MergeRun(this.#sources, this.#interfaces, stop, { onWarning: this.#warn, clock: this.#clock });
    this.#isReading = true;
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
