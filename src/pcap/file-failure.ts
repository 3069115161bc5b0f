/** The first write error of a file, kept until `flush` or `close` throws it. @module */
import type { StackError } from '../base/errors.ts';
import { explainWriteError } from '../base/write-error.ts';
import { OutputError } from './byte-sink.ts';

export class FileFailure {
  readonly #name: string;
  readonly #failed = new AbortController();
  #error: StackError | undefined;
  #thrown: OutputError | undefined;

  /** @param name of the file in messages */
  constructor(name: string) {
    this.#name = name;
  }

  /** Aborted by the first error. */
  get signal(): AbortSignal {
    return this.#failed.signal;
  }

  get isSet(): boolean {
    return this.#error !== undefined;
  }

  /** @param error as Node throws it */
  set(error: unknown): void {
    this.#error ??= explainWriteError(this.#name, error);
    this.#failed.abort();
  }

  /**
   * Throws the error, if there is one.
   * @param cutBack cuts the file back to its last whole record and returns how many frames it holds; called once
   * @throws OutputError
   */
  throwIfSet(cutBack: () => number): void {
    if (this.#error === undefined) return;
    const { code, message, cause } = this.#error;
    this.#thrown ??= new OutputError(code, message, cutBack(), { cause });
    throw this.#thrown;
  }
}
