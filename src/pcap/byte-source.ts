/** The input of a reader. @module */

/** Reads bytes in order, from a file, a pipe or a decompressor. */
export interface ByteSource {
  /** Reads into the beginning of `into`. @returns number of bytes read; 0 at the end */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}
