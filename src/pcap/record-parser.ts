/** What the two parsers have in common: how they tell the buffer's owner what they made of it. @module */
import { StackError } from '../base/errors.ts';
import type { CaptureInterface } from './capture-interface.ts';

/**
 * A parser of one format. `step` looks at `bytes[start, end)` and, when a whole record stands there, hands its frame to
 * the collector. It says what it did:
 * - a positive number: bytes done with
 * - 0: nothing yet, `needed` bytes are wanted
 * - negative: the file is broken from here on, see `error`
 */
export interface RecordParser {
  readonly interfaces: readonly CaptureInterface[];
  /** Bytes of a frame of these interfaces at most. */
  readonly longestFrame: number;
  readonly needed: number;
  readonly error: StackError | undefined;
  step(bytes: Uint8Array, start: number, end: number): number;
  /** What to say when the file ends with `rest` bytes that are no whole record. */
  endsEarly(rest: number): StackError;
}

/** The bytes are not, or no longer, what the format says. */
export function formatError(message: string): StackError {
  return new StackError('FILE_FORMAT', message);
}

/** The file ends inside something. */
export function truncatedError(message: string): StackError {
  return new StackError('FILE_TRUNCATED', message);
}
