/** `openFiles`: several capture files as one source, one after the other. @module */
import {
  type CaptureStatistics,
  type FrameBatch,
  ownPackets,
  type Packet,
  type ReadOptions,
  sumStatistics,
} from '../base/frame.ts';
import { copyFrame, FrameCursor } from '../base/frame-columns.ts';
import type { LinkType } from '../base/link-type.ts';
import type { CaptureInterface } from './capture-interface.ts';
import { type FileOptions, type FileSource, type FrameSource, openFile } from './file-reader.ts';
import { maxCapturedLength } from './format.ts';

export interface FileChainOptions extends FileOptions {
  /** Called with each file after the first when it is opened. */
  readonly onNextFile?: (path: string, file: FileSource) => void;
}

/**
 * Opens capture files as one source that yields their frames file by file, in the order of `paths`; at most one file is
 * open at a time. `interfaces` lists the interfaces of all files in the order in which their frames appear.
 * @param paths at least one; `-` is standard input
 * @throws StackError as `openFile`, for the first file here and for the others from the iteration
 */
export async function openFiles(paths: readonly string[], options: FileChainOptions = {}): Promise<FrameSource> {
  const [first, ...others] = paths;
  if (first === undefined) throw new RangeError('no files to open');
  const file = await openFile(first, options);
  return others.length === 0 ? file : new FileChain(file, others, options);
}

async function openNext(path: string, options: FileChainOptions): Promise<FileSource> {
  const file = await openFile(path, options);
  options.onNextFile?.(path, file);
  return file;
}

class FileChain implements FrameSource {
  readonly interfaces: CaptureInterface[];
  readonly snapLength: number;
  readonly linkType: LinkType;
  readonly #options: FileChainOptions;
  readonly #others: string[];
  readonly #frame = new FrameCursor();
  #file: FileSource;
  /** Numbers of the interfaces of the current file in `interfaces`. */
  #numbers: number[] = [0];
  #finished: CaptureStatistics = { received: 0, accepted: 0, dropped: 0, freezes: 0 };
  #isClosed = false;

  constructor(first: FileSource, others: readonly string[], options: FileChainOptions) {
    this.#file = first;
    this.#others = [...others];
    this.#options = options;
    this.interfaces = first.interfaces.slice(0, 1);
    this.snapLength = first.snapLength;
    this.linkType = first.linkType;
  }

  /** Files that are not open yet may have frames of any length. */
  get longestFrame(): number {
    return Math.max(maxCapturedLength(this.linkType), this.#file.longestFrame);
  }

  async *batches(options: ReadOptions = {}): AsyncGenerator<FrameBatch, void, undefined> {
    while (!this.#isClosed) {
      for await (const batch of this.#file.batches(options)) yield this.#renumbered(batch);
      const next = this.#others.shift();
      if (next === undefined || options.signal?.aborted === true) return;
      const { received, accepted } = this.statistics();
      await this.#file.close();
      this.#file = await openNext(next, this.#options);
      this.#finished = { received, accepted, dropped: 0, freezes: 0 };
      this.#numbers = [];
    }
  }

  packets(options?: ReadOptions): AsyncIterable<Packet> {
    return ownPackets(this.batches(options));
  }

  statistics(): CaptureStatistics {
    return sumStatistics([this.#finished, this.#file.statistics()]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#file.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #renumbered(batch: FrameBatch): FrameBatch {
    // Before the visit: a writer describes interfaces before the frames of a batch.
    for (let next = this.#numbers.length; next < this.#file.interfaces.length; next += 1) {
      const described = this.#file.interfaces[next] as CaptureInterface;
      this.#numbers.push(this.interfaces.push(described) - 1);
    }
    const cursor = this.#frame;
    const numbers = this.#numbers;
    return {
      size: batch.size,
      forEach(visit) {
        batch.forEach((frame) => {
          copyFrame(frame, cursor);
          cursor.interfaceIndex = numbers[frame.interfaceIndex] ?? 0;
          visit(cursor);
        });
      },
    };
  }
}
