/** Where a writer's bytes go: a port, so that a full disk can be tried without one. @module */
import { StackError, type StackErrorCode } from '../base/errors.ts';

/** Takes bytes in order. Synchronous: a writer has one buffer, and it is free again when `write` returns. */
export interface ByteSink {
  /**
   * Takes all of `bytes`, or fewer when something is wrong: then `failure` says what. They are the writer's; a sink that
   * keeps them makes a copy.
   * @returns how many were taken
   */
  write(bytes: Uint8Array): number;
  /** Why the last `write` took fewer: a StackError with a code, its message saying what was wanted. */
  readonly failure: StackError | undefined;
  /** Takes back the last `count` bytes. False: cannot be done, as on a pipe. */
  takeBack(count: number): boolean;
  /** Any number of times. */
  close(): Promise<void>;
}

/** Writing stopped. `framesWritten` whole frames are in the output, and nothing after them when it is a file. */
export class OutputError extends StackError {
  readonly framesWritten: number;

  /** @param options `isCutBack`: what was written of the next frame has been taken back. Default: true */
  constructor(
    code: StackErrorCode,
    message: string,
    framesWritten: number,
    { isCutBack = true, ...options }: ErrorOptions & { readonly isCutBack?: boolean } = {},
  ) {
    super(
      code,
      `${message}; ${framesWritten} whole frames are in it${isCutBack ? '' : ', and a part of one more'}`,
      options,
    );
    this.framesWritten = framesWritten;
  }
}
