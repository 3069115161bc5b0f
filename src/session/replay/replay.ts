/** The replay loop: sends the frames of a recording when they are due. @module */
import { FrameQueue, type FrameTransmitter } from '../../capture/index.ts';
import type { FileSource } from '../../pcap/index.ts';
import type { ReplayOptions, ReplaySummary } from './options.ts';
import { ReplaySelection } from './selection.ts';
import { ReplaySender } from './sender.ts';

/**
 * Sends the recording that `open` opens, once per round, and closes it. Memory is bounded by the largest batch of the
 * file.
 * @param open called for every round, since a file can be read only once
 * @throws the error of reading the file, after sending the frames before the damage
 * @throws StackError `LINK_TYPE` if the interface does not accept the frames of the file; `INTERFACE_GONE`
 * @throws RangeError if the file has no interface of that number, or for a rate that is not positive
 */
export async function replay(
  open: () => Promise<FileSource>,
  transmitter: FrameTransmitter,
  options: ReplayOptions = {},
): Promise<ReplaySummary> {
  const running = new Replay(transmitter, options);
  return running.run(open);
}

/** Like `replay`, with counters that can be read while it runs. */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #queue = new FrameQueue();
  readonly #selection: ReplaySelection;
  readonly #sender: ReplaySender;

  constructor(transmitter: FrameTransmitter, options: ReplayOptions) {
    this.#options = options;
    this.#selection = new ReplaySelection(this.#queue, transmitter, options);
    this.#sender = new ReplaySender(transmitter, options);
  }

  async run(open: () => Promise<FileSource>): Promise<ReplaySummary> {
    const { rounds = 1 } = this.#options;
    const selection = this.#selection;
    for (let round = 0; round < rounds && !this.#isOver; round += 1) {
      await using source = await open();
      const chosenBefore = selection.chosen;
      await this.#sendAll(source);
      if (selection.chosen === chosenBefore) break; // a file without a frame to send would be read forever
      selection.nextRound();
    }
    return this.summary();
  }

  summary(): ReplaySummary {
    const { sent, bytes, failed, waits, milliseconds } = this.#sender;
    return { sent, bytes, skipped: { ...this.#selection.skipped }, failed, waits, milliseconds };
  }

  get #isOver(): boolean {
    return this.#selection.isComplete || this.#options.signal?.aborted === true;
  }

  async #sendAll(source: FileSource): Promise<void> {
    const selection = this.#selection;
    selection.begin(source);
    for await (const batch of source.batches()) {
      selection.checkInterfaces();
      this.#queue.clear();
      batch.forEach(selection.choose);
      await this.#sender.send(this.#queue);
      if (this.#isOver) return;
    }
    selection.end();
  }
}
