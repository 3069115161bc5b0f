/** The replay loop: the frames of a recording onto an interface, each when it is due. @module */
import { FrameQueue, type FrameTransmitter } from '../../capture/index.ts';
import type { FileSource } from '../../pcap/index.ts';
import type { ReplayOptions, ReplaySummary } from './options.ts';
import { ReplaySelection } from './selection.ts';
import { ReplaySender } from './sender.ts';

/**
 * Sends the recording that `open` opens, once a round; each is closed again. Memory is bounded by the file's longest
 * batch, whatever its size.
 * @param open a file can be read once only, so it is opened for every round
 * @throws what reading the file throws, after the frames before the damage were sent
 * @throws StackError `LINK_TYPE` when the interface takes no frames of the file's kind; `INTERFACE_GONE`
 * @throws RangeError when the file has no interface of that number, or a rate that is not positive
 */
export async function replay(
  open: () => Promise<FileSource>,
  transmitter: FrameTransmitter,
  options: ReplayOptions = {},
): Promise<ReplaySummary> {
  const running = new Replay(transmitter, options);
  return running.run(open);
}

/** As `replay`, with the counters to be seen while it runs. */
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
      if (selection.chosen === chosenBefore) break; // a file without a frame to send would be read for ever
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
