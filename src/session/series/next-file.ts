/** Opens the next file of a series under an unused name. @module */
import { StackError } from '../../base/errors.ts';
import { type Allowed, type FileSinkOptions, type OutputTarget, openOutputFile } from '../../pcap/index.ts';
import type { FileNameTemplate } from './file-name-template.ts';

/** Maximum number of names tried per file. */
const MAX_TRIES = 100_000;

/** How to handle an existing file. */
export type NameClash = Extract<Allowed, 'new' | 'file'>;

export class NextFile {
  readonly #template: FileNameTemplate;
  readonly #clash: NameClash;
  readonly #options: FileSinkOptions;
  #number = 0;
  #plainName = '';

  /** @param clash `new`: use another name. `file`: overwrite it, unless it is a link or not a regular file. */
  constructor(template: FileNameTemplate, clash: NameClash, options: FileSinkOptions) {
    this.#template = template;
    this.#clash = clash;
    this.#options = options;
  }

  /**
   * Opens a file. Numbers only increase and skip existing names. Without `%N` they start again with each new name, and
   * the name of the previous file is not used again.
   * @param seconds start of the file, since 1970
   * @throws StackError `FILE_CREATE`, or `USAGE` for the file to keep
   */
  open(seconds: number): OutputTarget {
    const plainName = this.#template.format(seconds, 1);
    if (!this.#template.hasNumber && plainName !== this.#plainName) this.#number = 0;
    this.#plainName = plainName;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      this.#number += 1;
      try {
        return openOutputFile(this.#template.format(seconds, this.#number), this.#options, this.#clash);
      } catch (error) {
        if (!(error instanceof StackError && error.code === 'FILE_EXISTS')) throw error;
      }
    }
    const wanted = `cannot create ${plainName}`;
    throw new StackError('FILE_CREATE', `${wanted}: it and ${MAX_TRIES} more names exist; choose another`);
  }
}
