/** Where a reader's bytes come from. @module */

/** Bytes in order, from a file, a pipe, or something that unpacks them. */
export interface ByteSource {
  /** Puts bytes at the beginning of `into` and says how many; 0: there are no more. */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}
