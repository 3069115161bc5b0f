/** The record loop: from any source into any sink, up to a limit, a signal or the end of the source. @module */
import { EMPTY } from '../base/bytes.ts';
import { type Clock, systemClock } from '../base/clock.ts';
import type { CaptureSource, CaptureStatistics, FrameSink } from '../base/frame.ts';
import type { LiveSource } from '../capture/index.ts';
import type { TimestampPrecision } from '../pcap/index.ts';
import { framesAsRecords } from './frames-as-records.ts';
import type { OutputEnd, RecordOutput } from './record-output.ts';

export interface RecordOptions {
  /** Maximum number of frames, after the filter. */
  readonly limit?: number;
  /** Maximum duration in milliseconds. */
  readonly duration?: number;
  /** Ends the recording when aborted; frames in the ring are still recorded. */
  readonly signal?: AbortSignal;
  /** Called after every batch that reached the sink. */
  readonly onProgress?: (progress: RecordProgress) => void;
  readonly clock?: Clock;
}

export interface RecordProgress {
  readonly frames: number;
  /** Captured bytes of these frames. */
  readonly bytes: number;
}

/** A sink that also accepts batches of ready-made PCAP records, such as `PcapWriter`. */
interface RecordSink extends FrameSink {
  readonly timestampPrecision: TimestampPrecision;
  writeRecords(records: Uint8Array, frames: number): void;
}

/** What the loop needs of a source. */
export type RecordInput = Pick<CaptureSource, 'linkType' | 'snapLength' | 'batches' | 'statistics'>;

/** A source that also returns ready-made records: a live one, several merged, or the blocks of a PCAPNG file. */
type RecordSource = RecordInput & Pick<LiveSource, 'records'>;

/** What the loop needs of an output for batches. */
type BatchOutput = Pick<RecordOutput, 'recordFormat' | 'take'> & Partial<Pick<RecordOutput, 'lead' | 'descriptions'>>;

/** Where frames are recorded to: frame by frame, or in batches. */
export type RecordTarget = FrameSink | RecordOutput;

/** Why a recording ended: `limit`, `duration`, `signal`, the reason of the output, or `end` of the source. */
export type StopReason = 'duration' | 'signal' | 'end' | OutputEnd;

export interface RecordSummary extends RecordProgress {
  readonly reason: StopReason;
  readonly statistics: CaptureStatistics;
}

/**
 * Records up to a limit. Flushes the sink, and closes neither source nor sink. From a live source to files, whole
 * batches of ready-made records are passed on without work per frame.
 * @throws the error of the source or the sink, after flushing what was recorded
 */
export async function record(
  source: RecordInput,
  sink: RecordTarget,
  options: RecordOptions = {},
): Promise<RecordSummary> {
  const recording = new Recording(source, sink, options);
  return recording.run();
}

class Recording {
  readonly #source: RecordInput;
  readonly #sink: RecordTarget;
  readonly #options: RecordOptions;
  readonly #limit: number;
  readonly #stop = new AbortController();
  #reason: StopReason = 'end';
  #frames = 0;
  #bytes = 0;

  constructor(source: RecordInput, sink: RecordTarget, options: RecordOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
  }

  async run(): Promise<RecordSummary> {
    const { signal, duration, clock = systemClock } = this.#options;
    const onAbort = (): void => this.#end('signal');
    const finished = new AbortController();
    if (signal?.aborted) onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (duration !== undefined) {
      void clock.sleep(duration, finished.signal).then(() => {
        if (!finished.signal.aborted) this.#end('duration');
      });
    }
    try {
      await this.#transfer(this.#source, this.#sink);
    } finally {
      finished.abort();
      signal?.removeEventListener('abort', onAbort);
      await this.#sink.flush();
    }
    const statistics = this.#source.statistics();
    return { frames: this.#frames, bytes: this.#bytes, reason: this.#reason, statistics };
  }

  #end(reason: StopReason): void {
    if (this.#stop.signal.aborted) return;
    this.#reason = reason;
    this.#stop.abort();
  }

  async #transfer(source: RecordInput, sink: RecordTarget): Promise<void> {
    if ('lead' in sink) {
      const onStopped = (): void => this.#end(sink.ended ?? 'end'); // after a failure `flush` throws the reason
      if (sink.stopped.aborted) onStopped();
      sink.stopped.addEventListener('abort', onStopped, { once: true });
      await this.#byRecords(source, sink);
    } else if (hasRecords(source) && isRecordSink(sink)) {
      await this.#byRecords(source, {
        recordFormat: { container: 'pcap', timestampPrecision: sink.timestampPrecision },
        async take(batch) {
          sink.writeRecords(batch.bytes, batch.frames);
          return batch;
        },
      });
    } else {
      await this.#byFrames(source, sink);
    }
  }

  async #byRecords(source: RecordInput, output: BatchOutput): Promise<void> {
    const { recordFormat } = output;
    const options = {
      signal: this.#stop.signal,
      limit: this.#limit,
      lead: () => output.lead?.() ?? EMPTY,
      descriptions: () => output.descriptions?.(),
    };
    const batches = hasRecords(source)
      ? source.records(recordFormat, options)
      : framesAsRecords(source, recordFormat, options);
    for await (const batch of batches) {
      const { frames, frameBytes } = await output.take(batch);
      this.#count(frames, frameBytes);
      if (frames < batch.frames) return;
    }
    if (this.#frames >= this.#limit) this.#reason = 'limit';
  }

  async #byFrames(source: RecordInput, sink: FrameSink): Promise<void> {
    for await (const batch of source.batches({ signal: this.#stop.signal })) {
      let frames = 0;
      let bytes = 0;
      const room = this.#limit - this.#frames;
      batch.forEach((frame) => {
        if (frames === room) return;
        sink.add(frame, frame.length);
        frames += 1;
        bytes += frame.length;
      });
      await sink.flush();
      this.#count(frames, bytes);
      if (this.#frames < this.#limit) continue;
      this.#reason = 'limit';
      return;
    }
  }

  #count(frames: number, bytes: number): void {
    this.#frames += frames;
    this.#bytes += bytes;
    if (frames > 0) this.#options.onProgress?.(this);
  }

  get frames(): number {
    return this.#frames;
  }
  get bytes(): number {
    return this.#bytes;
  }
}

function hasRecords(source: RecordInput): source is RecordSource {
  return 'records' in source;
}

/** `PcapngWriter` accepts ready-made blocks too, but the loop does not know which interfaces it has described. */
function isRecordSink(sink: FrameSink): sink is RecordSink {
  return 'writeRecords' in sink && 'timestampPrecision' in sink;
}
