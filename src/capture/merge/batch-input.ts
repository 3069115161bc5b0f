/** Any source, such as a file, as one input of a merge. It holds one batch at a time. @module */
import type { CaptureSource, FrameBatch, FrameView } from '../../base/frame.ts';
import type { MergeInput } from './frame-merger.ts';
import { MergeQueue } from './merge-queue.ts';

export class BatchInput implements MergeInput {
  /** Frames of a file are sorted within a batch, however far out of order they are. */
  readonly queue = new MergeQueue(Number.POSITIVE_INFINITY);
  safeSeconds = Number.NEGATIVE_INFINITY;
  safeNanoseconds = 0;
  hasEnded = false;
  readonly #batches: AsyncIterator<FrameBatch>;
  readonly #numberOf: (interfaceIndex: number) => number;
  #next: Promise<void> | undefined;
  #batch: FrameBatch | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param numberOf maps an interface of the source to its number in the merge */
  constructor(source: CaptureSource, signal: AbortSignal, numberOf: (interfaceIndex: number) => number) {
    this.#batches = source.batches({ signal })[Symbol.asyncIterator]();
    this.#numberOf = numberOf;
  }

  /** Indexes the next batch if it has arrived. @throws the error of the source, after the frames before it */
  look(): void {
    if (this.queue.length > 0) return;
    if (this.#failure !== undefined) throw this.#failure.error;
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    batch.forEach(this.#index);
    this.safeSeconds = this.queue.latestSeconds;
    this.safeNanoseconds = this.queue.latestNanoseconds;
  }

  /** Resolves when the next batch has arrived; undefined while frames of the last one wait. */
  arrival(): Promise<void> | undefined {
    if (this.queue.length > 0 || this.hasEnded) return undefined;
    this.#next ??= this.#fetch();
    return this.#next;
  }

  onTaken(): void {}

  release(): void {}

  forgetTime(): void {
    this.queue.forgetLatest();
  }

  /** Returns the batch to its source. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  async #fetch(): Promise<void> {
    try {
      const { value, done } = await this.#batches.next();
      if (done === true) this.#end();
      else this.#batch = value;
    } catch (error) {
      this.#failure = { error };
    }
    this.#next = undefined;
  }

  #end(): void {
    this.hasEnded = true;
    this.safeSeconds = Number.POSITIVE_INFINITY;
  }

  readonly #index = (frame: FrameView): void => {
    this.queue.add(frame, this.#numberOf(frame.interfaceIndex), 0);
  };
}
