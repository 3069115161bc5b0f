/** `openFile`: a capture file as a source of frames. @module */
import {
  type CaptureSource,
  type CaptureStatistics,
  ownPackets,
  type Packet,
  POISON,
  type ReadOptions,
} from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import type { ByteSource } from './byte-source.ts';
import type { CaptureInterface } from './capture-interface.ts';
import { CaptureParser, type FileFormatName, type ParserOptions } from './capture-parser.ts';
import { inputName, nameError, openByteSource } from './file-byte-source.ts';
import { MAX_SNAP_LENGTH } from './format.ts';
import type { FileBatch } from './frame-table.ts';

/** Frames of one file or more. `linkType` and `snapLength` are those of the first interface. */
export interface FrameSource extends CaptureSource {
  /**
   * Maximum length in bytes of a frame of the interfaces described so far. Frames of a PCAPNG file may exceed their
   * snap length; they are returned whole.
   */
  readonly longestFrame: number;
  /** The interfaces described so far. The `interfaceIndex` of a frame is an index into this list. */
  readonly interfaces: readonly CaptureInterface[];
}

/** A capture file. */
export interface FileSource extends FrameSource {
  readonly format: FileFormatName;
  batches(options?: ReadOptions): AsyncIterable<FileBatch>;
}

/** Returns whether a source is one PCAPNG file, whose batches have blocks. */
export function hasBlocks(source: FrameSource): source is FileSource {
  return (source as Partial<FileSource>).format === 'pcapng';
}

/** How a file is read. */
export interface FileOptions extends ParserOptions {
  /**
   * Overwrites the bytes of a batch with 0xDB once it was returned, to find code that keeps borrowed frames. Default:
   * false.
   */
  readonly poison?: boolean;
}

/**
 * Opens a PCAP or PCAPNG file, plain or compressed; `-` is standard input. Frames are read once, from first to last. A
 * truncated or damaged file yields the frames before the damage, then throws.
 * @throws StackError `FILE_OPEN`; `FILE_FORMAT` or `FILE_TRUNCATED` here if the header is damaged, otherwise from the
 * iteration
 */
export async function openFile(path: string, options: FileOptions = {}): Promise<FileSource> {
  const source = new ParsedFile(await openByteSource(path), inputName(path), options);
  try {
    await source.open();
  } catch (error) {
    await source.close();
    throw error;
  }
  return source;
}

class ParsedFile implements FileSource {
  readonly #bytes: ByteSource;
  readonly #name: string;
  readonly #parser: CaptureParser;
  readonly #poison: boolean;
  #filling: Promise<void> | undefined;
  #ended = false;
  #closed = false;

  constructor(bytes: ByteSource, name: string, options: FileOptions) {
    this.#bytes = bytes;
    this.#name = name;
    this.#parser = new CaptureParser(options);
    this.#poison = options.poison ?? false;
  }

  get format(): FileFormatName {
    return this.#parser.format;
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#parser.interfaces;
  }

  get linkType(): LinkType {
    return this.interfaces[0]?.linkType ?? 0;
  }

  get snapLength(): number {
    return this.interfaces[0]?.snapLength ?? MAX_SNAP_LENGTH;
  }

  get longestFrame(): number {
    return this.#parser.longestFrame;
  }

  /** Reads up to the first interface description. */
  async open(): Promise<void> {
    while (!this.#parser.parseHeader()) {
      this.#throwIfBroken();
      await this.#fill();
    }
  }

  async *batches(options: ReadOptions = {}): AsyncGenerator<FileBatch, void, undefined> {
    while (!this.#closed && options.signal?.aborted !== true) {
      const batch = this.#parser.parse();
      if (!batch.isEmpty) {
        try {
          yield batch;
        } finally {
          if (this.#poison)
            batch.forEach(({ data, offset, length }) => void data.fill(POISON, offset, offset + length));
        }
        continue;
      }
      this.#throwIfBroken();
      if (this.#ended) return;
      await untilAborted(this.#fill(), options.signal);
    }
  }

  packets(options?: ReadOptions): AsyncIterable<Packet> {
    return ownPackets(this.batches(options));
  }

  statistics(): CaptureStatistics {
    const { framesSeen, framesAccepted } = this.#parser;
    return { received: framesSeen, accepted: framesAccepted, dropped: 0, freezes: 0 };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#bytes.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @throws StackError `FILE_FORMAT`, `FILE_TRUNCATED` */
  #throwIfBroken(): void {
    const { error } = this.#parser;
    if (error !== undefined) throw nameError(this.#name, error);
  }

  /** Runs one read at a time; a read that was abandoned by an abort serves the next caller. */
  #fill(): Promise<void> {
    this.#filling ??= this.#readChunk().finally(() => {
      this.#filling = undefined;
    });
    return this.#filling;
  }

  async #readChunk(): Promise<void> {
    const count = await this.#bytes.read(this.#parser.room());
    if (count > 0) {
      this.#parser.commit(count);
      return;
    }
    this.#ended = true;
    this.#parser.finish();
  }
}

/** Resolves with `work`, or when the signal is aborted: a pipe may have no writer for a long time. */
async function untilAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  let onAbort = (): void => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
