/** The files of a series: one open, a few being closed, the oldest of a ring deleted. @module */
import { dirname } from 'node:path';
import {
  OutputError,
  type OutputTarget,
  openOutputFile,
  ownRecords,
  type RecordFile,
  type RecordFileFormat,
  STANDARD_OUTPUT,
} from '../../pcap/index.ts';
import { FileNameTemplate } from './file-name-template.ts';
import { NextFile } from './next-file.ts';
import type { OpenFiles, SeriesLengths } from './output-room.ts';
import { identify, type OwnFile, type OwnFiles } from './own-files.ts';
import type { FileSeriesOptions } from './series-options.ts';

/** Maximum number of files being closed; a capture waits for the oldest. */
const MAX_CLOSING = 3;

/** A file being written. */
export interface OpenFile {
  readonly file: RecordFile;
  readonly path: string;
  /** Undefined if it is not a regular file. */
  readonly own: OwnFile | undefined;
  frames: number;
  /** The first second after this file; undefined before the first frame. */
  border: number | undefined;
  /** A frame of an earlier second means that the clock was set back, and belongs to the next file. */
  earliest: number;
}

export class SeriesFiles implements OpenFiles {
  readonly #formatNow: () => RecordFileFormat;
  readonly #options: FileSeriesOptions;
  readonly #own: OwnFiles;
  readonly #template: FileNameTemplate;
  readonly #openTarget: (seconds: number) => OutputTarget;
  readonly #onFailure: () => void;
  readonly #closing = new Set<OpenFile>();
  /** Resolves when all closes and deletions so far are done. */
  #settled: Promise<unknown> = Promise.resolve();
  #open: OpenFile | undefined;
  #begun = 0;
  #finishedLength = 0;
  #failure: { readonly error: unknown } | undefined;
  #lost = 0;

  /** @throws StackError `USAGE` for an invalid name */
  constructor(
    name: string,
    formatNow: () => RecordFileFormat,
    options: FileSeriesOptions,
    parts: { readonly own: OwnFiles; readonly onFailure: () => void },
  ) {
    this.#formatNow = formatNow;
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

  /** The current file; undefined between two. */
  get open(): OpenFile | undefined {
    return this.#open;
  }

  /** Returns the folder of the current file, or of one that begins at this time. @param seconds since 1970 */
  folderAt(seconds: number): string {
    return dirname(this.#open?.path ?? this.#template.format(seconds, 1));
  }

  /** Files begun so far. */
  get begun(): number {
    return this.#begun;
  }

  /** Frames taken by files that could not write them; known once these are closed. */
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
   * Begins a file when none is open. @param seconds since 1970
   * @throws StackError `FILE_CREATE`
   * @throws OutputError if the header cannot be written
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

  /** Begins the file; after an error deletes it. */
  #create(target: OutputTarget, own: OwnFile | undefined): RecordFile {
    try {
      return this.#formatNow().create(target);
    } catch (error) {
      if (own !== undefined) this.#settled = Promise.all([this.#settled, this.#own.deleteEmpty(own)]);
      throw error;
    }
  }

  /** Fails the series: `flush` throws this error, unless there was an earlier one. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#onFailure();
  }

  /** Waits until another file may be begun, and deletes the oldest files of a full ring. */
  async makePlace(): Promise<void> {
    const { ring = Number.POSITIVE_INFINITY } = this.#options;
    while (this.#closing.size >= MAX_CLOSING) await this.#settled;
    while (this.#own.count + this.#closing.size >= ring) {
      if (this.#own.count === 0) await this.#settled;
      else await this.#own.deleteOldest();
    }
  }

  /** Closes the current file in the background. */
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

  /** Resolves when the current file holds all records and all others are closed. @throws OutputError */
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
