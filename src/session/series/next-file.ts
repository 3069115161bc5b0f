/** The next file of a series, under a name that is free. @module */
import { StackError } from '../../base/errors.ts';
import { type Allowed, type FileSinkOptions, type OutputTarget, openOutputFile } from '../../pcap/index.ts';
import type { FileNameTemplate } from './file-name-template.ts';

/** Names tried for one file. */
const MAX_TRIES = 100_000;

/** What may happen to a file that has the name already. */
export type NameClash = Extract<Allowed, 'new' | 'file'>;

export class NextFile {
  readonly #template: FileNameTemplate;
  readonly #clash: NameClash;
  readonly #options: FileSinkOptions;
  #number = 0;
  #plainName = '';

  /** @param clash `new`: take another name. `file`: overwrite it, unless it is a link or no file. */
  constructor(template: FileNameTemplate, clash: NameClash, options: FileSinkOptions) {
    this.#template = template;
    this.#clash = clash;
    this.#options = options;
  }

  /**
   * Numbers only ever go up, past names that are taken. A template without `%N` begins anew with each new name, and a
   * name that this run used for the file before is not used again.
   * @param seconds since 1970: when the file begins
   * @throws StackError `FILE_CREATE`, or `USAGE` for the file that `options` keep
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
