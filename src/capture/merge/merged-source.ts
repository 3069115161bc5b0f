/**
 * Several sources as one in order of time: live rings, files, or other sources. Frames of rings are not copied; they
 * wait in their ring (docs/adr/0015-merging-by-watermarks.md). @module
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
  /** Receives warnings: an interface was removed, the clock was set back. */
  readonly onWarning?: (message: string) => void;
  readonly clock?: Clock;
  /** Like in `LiveOptions`, for the records of the merge; its frames belong to the sources. Default: false. */
  readonly poison?: boolean;
}

/** `linkType` and `snapLength` are those of the first interface. */
export interface MergedSource extends CaptureSource {
  /** All interfaces, in order of the sources. The `interfaceIndex` of a frame is an index into this list. */
  readonly interfaces: readonly CaptureInterface[];
  /** Counters by interface, in the same order. Files have none. */
  interfaceStatistics(): readonly CaptureStatistics[];
  /** Frames that `records` returned, by interface, in the same order; 0 or undefined for none. */
  readonly delivered: readonly number[];
  /**
   * Returns the frames as records, the fast path to a file, in areas that the disk can read directly. Ends after
   * `limit` records. The caller ensures that frames for a classic file have one link type.
   * @throws StackError `INTERFACE_GONE` if no interface is left
   */
  records(format: RecordFormat, options?: RecordReadOptions): AsyncIterable<RecordBatch>;
  /** Frames that arrived after later ones had been delivered; delivered out of order. */
  readonly late: number;
}

/**
 * Merges sources into one in order of time. A file that is out of order is sorted batch by batch. Live sources wait for
 * each other: a frame is delivered once no earlier one can arrive, about 25 to 65 ms after its arrival, or later while
 * another interface has frames in a partially filled block. From the first batch on only the merge may read the
 * sources; it closes them.
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
        // The disk is behind: new frames go into the same area, so that the rings need not hold them.
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

  /** Allows one reader at a time. @throws StackError `BUSY` */
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
