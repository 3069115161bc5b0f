/**
 * How long to let a busy ring fill. While frames are recorded as fast as they come, waking for every block costs more
 * than the frames in it (bench/live/capture.ts), so the ring is looked at when a few blocks should be full. @module
 */

/** As many as one write to the disk takes. */
const BLOCKS_WANTED = 4;
/** Bytes a millisecond, 26 Gbit/s: a ring that was nearly empty is not full after the pause even if so much comes. */
const MAX_RATE = 3_200_000;
/** Below this there is no use in waiting. */
const MIN_PAUSE = 2;
/** Rings that are not to wait at all: the pause would be too short to matter. */
const MIN_RING_SIZE = 16 << 20;

export class BusyPause {
  readonly #longest: number;
  #lookedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param ringSize bytes
   * @param blockTimeout milliseconds that a frame may wait anyway; no pause is longer
   */
  constructor(ringSize: number, blockTimeout: number) {
    this.#longest = ringSize < MIN_RING_SIZE ? 0 : Math.min(ringSize / MAX_RATE, blockTimeout / 2);
  }

  /** The ring is large enough for blocks to stay in it for a while. */
  get isRoomy(): boolean {
    return this.#longest >= MIN_PAUSE;
  }

  /**
   * Milliseconds to wait until the next look; 0: do not, wait for the socket.
   * @param blocks how many the last look found
   * @param isLent some are on their way to the disk: the socket would be no use
   * @param now milliseconds, of a clock that never goes back
   */
  next(blocks: number, isLent: boolean, now: number): number {
    const elapsed = now - this.#lookedAt;
    this.#lookedAt = now;
    if (!this.isRoomy || (blocks === 0 && !isLent)) return 0;
    const perBlock = blocks === 0 ? 0 : elapsed / blocks;
    if (perBlock > this.#longest && !isLent) return 0; // not busy: not even one block comes meanwhile
    const wanted = perBlock * BLOCKS_WANTED;
    return Math.min(Math.max(wanted, MIN_PAUSE), this.#longest);
  }
}
