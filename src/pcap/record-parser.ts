/** The interface of the two format parsers. @module */
import { StackError } from '../base/errors.ts';
import type { CaptureInterface } from './capture-interface.ts';

/**
 * Parses one format. `step` parses the record at `bytes[start, end)` and adds its frame, if it holds one, to the frame
 * table. It returns
 * - a positive number: bytes consumed
 * - 0: `needed` bytes are required
 * - a negative number: the file is damaged, see `error`
 */
export interface RecordParser {
  readonly interfaces: readonly CaptureInterface[];
  /** Maximum length in bytes of a frame of these interfaces. */
  readonly longestFrame: number;
  readonly needed: number;
  readonly error: StackError | undefined;
  step(bytes: Uint8Array, start: number, end: number): number;
  /** Returns the error for a file that ends with `rest` bytes of an incomplete record. */
  endsEarly(rest: number): StackError;
}

/** An error for bytes that violate the format. */
export function formatError(message: string): StackError {
  return new StackError('FILE_FORMAT', message);
}

/** An error for a file that ends early. */
export function truncatedError(message: string): StackError {
  return new StackError('FILE_TRUNCATED', message);
}
