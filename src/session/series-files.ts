/** The files of a series: one open, a few being closed, those of a ring deleted in their turn. @module */
import { dirname } from 'node:path';
import {
  OutputError,
  type OutputTarget,
  openOutputFile,
  ownRecords,
  type RecordFile,
  type RecordFileFormat,
  STANDARD_OUTPUT,
} from '../pcap/index.ts';
import { FileNameTemplate } from './file-name-template.ts';
import { NextFile } from './next-file.ts';
import type { OpenFiles, SeriesLengths } from './output-room.ts';
import { identify, type OwnFile, type OwnFiles } from './own-files.ts';
import type { FileSeriesOptions } from './series-options.ts';

/** Files being closed at a time; a capture waits for the oldest. */
const MOST_CLOSING = 3;

/** A file that is being written. */
export interface OpenFile {
  readonly file: RecordFile;
  readonly path: string;
  /** Undefined for what is no file. */
  readonly own: OwnFile | undefined;
  frames: number;
  /** The first second that is the next file's; undefined until the first frame is there. */
  border: number | undefined;
  /** A frame of an earlier second tells of a clock that was set back, and is the next file's, too. */
  earliest: number;
}

export class SeriesFiles implements OpenFiles {
  readonly #format: RecordFileFormat;
  readonly #options: FileSeriesOptions;
  readonly #own: OwnFiles;
  readonly #template: FileNameTemplate;
  readonly #openTarget: (seconds: number) => OutputTarget;
  readonly #onFailure: () => void;
  readonly #closing = new Set<OpenFile>();
  /** Resolves when all is closed and deleted that ever was to be. */
  #settled: Promise<unknown> = Promise.resolve();
  #open: OpenFile | undefined;
  #begun = 0;
  #finishedLength = 0;
  #failure: { readonly error: unknown } | undefined;
  #lost = 0;

  /** @throws StackError `USAGE` for a name that means nothing */
  constructor(
    name: string,
    format: RecordFileFormat,
    options: FileSeriesOptions,
    parts: { readonly own: OwnFiles; readonly onFailure: () => void },
  ) {
    this.#format = format;
    this.#options = options;
    this.#own = parts.own;
    this.#onFailure = parts.onFailure;
    const { utc = false, overwrite = false, rotation } = options;
    const template = new FileNameTemplate(name, { utc, numbered: rotation !== undefined });
    this.#template = template;
    const names = new NextFile(template, overwrite ? 'file' : 'new', options);
    this.#openTarget = (seconds) => {
      if (name === '-') return STANDARD_OUTPUT;
      return rotation === undefined ? openOutputFile(template.format(seconds, 1), options, 'any') : names.open(seconds);
    };
  }

  /** The present file; undefined between two. */
  get open(): OpenFile | undefined {
    return this.#open;
  }

  /** Where the present file is, or goes that begins then. @param seconds since 1970 */
  folderAt(seconds: number): string {
    return dirname(this.#open?.path ?? this.#template.format(seconds, 1));
  }

  /** Files begun so far. */
  get begun(): number {
    return this.#begun;
  }

  /** Frames that files had taken and could not be given: known once these are closed. */
  get lost(): number {
    return this.#lost;
  }

  lengths(): SeriesLengths {
    let taken = this.#finishedLength;
    let stored = 0;
    let pending = 0;
    const add = ({ file }: OpenFile): void => {
      stored += file.storedLength;
      pending += file.pendingLength;
    };
    for (const closing of this.#closing) add(closing);
    if (this.#open !== undefined) {
      taken += this.#open.file.length + this.epilogueLength;
      stored += this.epilogueLength;
      add(this.#open);
    }
    return { taken, stored, pending };
  }

  /**
   * Begins a file, when there is none. @param seconds since 1970
   * @throws StackError `FILE_CREATE`
   * @throws OutputError when not even its header can be written
   */
  begin(seconds: number): OpenFile {
    const target = this.#openTarget(seconds);
    const own = target.isFile ? identify(target.name, target.descriptor) : undefined;
    if (own !== undefined) this.#own.forget(own);
    const file = this.#create(target, own);
    this.#begun += 1;
    this.#open = { file, path: target.name, own, frames: 0, border: undefined, earliest: Number.NEGATIVE_INFINITY };
    file.stopped.addEventListener('abort', this.#onFailure, { once: true });
    return this.#open;
  }

  /** Begins the file, or leaves nothing behind. */
  #create(target: OutputTarget, own: OwnFile | undefined): RecordFile {
    try {
      return this.#format.create(target);
    } catch (error) {
      if (own !== undefined) this.#settled = Promise.all([this.#settled, this.#own.deleteEmpty(own)]);
      throw error;
    }
  }

  /** The series has failed: `flush` throws this, unless something failed before. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#onFailure();
  }

  /** Waits until one more file may be begun, and deletes what a ring has too many. */
  async makePlace(): Promise<void> {
    const { ring = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#closing.size >= MOST_CLOSING) await this.#settled;
    while (this.#own.count + this.#closing.size >= ring) {
      if (this.#own.count === 0) await this.#settled;
      else await this.#own.deleteOldest();
    }
  }

  /** Closes the present file, in its own time. */
  finish(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const bytes = this.#options.epilogue?.encode(open.frames);
    if (bytes !== undefined) open.file.append(ownRecords(bytes));
    this.#finishedLength += open.file.length;
    this.#closing.add(open);
    this.#settled = Promise.all([this.#close(open, this.#settled)]);
  }

  /** Bytes that every file ends with. */
  get epilogueLength(): number {
    return this.#options.epilogue?.length ?? 0;
  }

  /** Resolves when the present file holds all that was taken, and all others are closed. @throws OutputError */
  async flush(): Promise<void> {
    await this.#open?.file.flush();
    await this.#settled;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #close(open: OpenFile, before: Promise<unknown>): Promise<void> {
    try {
      await open.file.close();
      await before;
      const { path, own, frames } = open;
      const length = open.file.storedLength;
      if (own === undefined) return;
      this.#own.add(own, length);
      this.#options.onFile?.({ path, frames, length });
    } catch (error) {
      this.fail(error);
      if (error instanceof OutputError) this.#lost += open.frames - error.framesWritten;
      if (open.own !== undefined) await this.#own.deleteEmpty(open.own);
    } finally {
      this.#closing.delete(open);
    }
  }
}
