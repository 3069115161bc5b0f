/**
 * The output of a writer: an interface, so that writers run in a browser and tests can simulate a full disk. @module
 */
import { StackError, type StackErrorCode } from '../base/errors.ts';

/** Writes bytes in order. Synchronous: the writer reuses its buffer as soon as `write` returns. */
export interface ByteSink {
  /**
   * Writes `bytes`. After an error it writes fewer, and `failure` holds the reason. The writer owns `bytes`: a sink
   * that keeps them copies them.
   * @returns number of bytes written
   */
  write(bytes: Uint8Array): number;
  /** The reason why the last `write` was short. */
  readonly failure: StackError | undefined;
  /** Removes the last `count` bytes. False when that is impossible, for instance on a pipe. */
  takeBack(count: number): boolean;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A write error. The output holds `framesWritten` whole frames and, if it is a regular file, nothing after them. */
export class OutputError extends StackError {
  readonly framesWritten: number;

  /** @param options `isCutBack`: the partial frame after them was removed. Default: true */
  constructor(
    code: StackErrorCode,
    message: string,
    framesWritten: number,
    { isCutBack = true, ...options }: ErrorOptions & { readonly isCutBack?: boolean } = {},
  ) {
    super(
      code,
      `${message}; the output holds ${framesWritten} whole ${framesWritten === 1 ? 'frame' : 'frames'}${isCutBack ? '' : ' and part of another'}`,
      options,
    );
    this.framesWritten = framesWritten;
  }
}
