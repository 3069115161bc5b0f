/**
 * Computes how long to let a busy ring fill. At high rates a wake-up per block costs more than its frames
 * (bench/live/capture.ts), so the ring is read when a few blocks should be full. @module
 */

/** The number of blocks that one write to the disk takes. */
const BLOCKS_WANTED = 4;
/** Bytes per millisecond, 26 Gbit/s: at this rate a nearly empty ring is not full after the pause. */
const MAX_RATE = 3_200_000;
/** Minimum useful pause in milliseconds. */
const MIN_PAUSE = 2;
/** Smaller rings are not paused: the pause would be too short to matter. */
const MIN_RING_SIZE = 16 << 20;

export class BusyPause {
  readonly #longest: number;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param ringSize bytes
   * @param blockTimeout milliseconds that a frame may wait anyway; a pause is at most half of it
   */
  constructor(ringSize: number, blockTimeout: number) {
    this.#longest = ringSize < MIN_RING_SIZE ? 0 : Math.min(ringSize / MAX_RATE, blockTimeout / 2);
  }

  /** The ring is large enough to hold blocks for a while. */
  get isRoomy(): boolean {
    return this.#longest >= MIN_PAUSE;
  }

  /**
   * Returns the milliseconds until the next look; 0: wait for the socket instead.
   * @param blocks number of blocks that the last look found
   * @param isLent blocks are on their way to the disk, which keep the socket readable
   * @param now milliseconds of a monotonic clock
   */
  next(blocks: number, isLent: boolean, now: number): number {
    const elapsed = now - this.#lookedAt;
    this.#lookedAt = now;
    if (!this.isRoomy || (blocks === 0 && !isLent)) return 0;
    const perBlock = blocks === 0 ? 0 : elapsed / blocks;
    if (perBlock > this.#longest && !isLent) return 0; // not busy: less than one block arrives per pause
    const wanted = perBlock * BLOCKS_WANTED;
    return Math.min(Math.max(wanted, MIN_PAUSE), this.#longest);
  }
}
