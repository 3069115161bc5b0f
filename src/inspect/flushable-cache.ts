/** A cache of the kernel as `flushCaches` sees it. @module */

/** A cache that can be flushed. */
export interface FlushableCache {
  readonly name: string;
  /** Counts the entries, and those that a flush keeps. */
  count(): Promise<{ readonly entries: number; readonly kept: number }>;
  /** Removes entries; returns how many were found that should not have been there any more. */
  flushRound(): Promise<number>;
}
