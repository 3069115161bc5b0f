/**
 * A packet ring as one input of a merge. Its frames are indexed block by block and stay in the ring until they are
 * delivered; a block returns to the kernel with its last frame. @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameView } from '../../base/frame.ts';
import { waitReadable } from '../../sys/readiness.ts';
import type { BlockBatch } from '../ring/block-batch.ts';
import { REFUSAL_DELAY } from '../ring/packet-socket.ts';
import type { BlockRing } from '../ring/ring.ts';
import type { RingArrival } from '../ring/ring-arrival.ts';
import { DOWN_INTERVAL } from '../ring/ring-arrival.ts';
import type { MergeInput } from './frame-merger.ts';
import { MergeQueue } from './merge-queue.ts';

/**
 * Maximum delay in milliseconds between a frame's timestamp and its arrival in the ring: it may wait in the backlog of
 * another CPU, or for a kernel thread that waits for a CPU.
 */
const ARRIVAL_MARGIN = 25;
/** Share of the ring up to which looks may be infrequent. */
const ROOMY_SHARE = 1 / 8;
/** Seconds that no frame is late by: an earlier one means that the clock was set back. */
const MAX_INVERSION = 1;

/** What a source lends to a merge. */
export interface RingLoan {
  readonly fd: number;
  readonly ring: BlockRing;
  readonly batch: BlockBatch;
  /** Milliseconds until the kernel delivers a partially filled block. */
  readonly blockTimeout: number;
  readonly arrival: Pick<RingArrival, 'isDown' | 'isRefusing' | 'refuseFrames' | 'isInterfaceThere'>;
}

export class RingInput implements MergeInput {
  readonly queue = new MergeQueue(MAX_INVERSION);
  safeSeconds = Number.NEGATIVE_INFINITY;
  safeNanoseconds = 0;
  readonly #loan: RingLoan;
  readonly #number: number;
  /** Blocks taken, oldest first, as a circular list. */
  readonly #blocks: Float64Array;
  /** Frames in the queue, by block. */
  readonly #waiting: Uint32Array;
  #first = 0;
  #held = 0;
  #indexing = 0;
  /** When the ring was last empty, in milliseconds since 1970. */
  #emptyTime = Number.NEGATIVE_INFINITY;
  #refusedTime = Number.POSITIVE_INFINITY;
  /** No more frames will arrive. */
  hasEnded = false;
  /** The interface was removed. */
  isGone = false;

  /** @param number the `interfaceIndex` of its frames */
  constructor(loan: RingLoan, number: number) {
    this.#loan = loan;
    this.#number = number;
    this.#blocks = new Float64Array(loan.ring.blockCount);
    this.#waiting = new Uint32Array(loan.ring.blockCount);
    if (loan.arrival.isRefusing) this.#refusedTime = Number.NEGATIVE_INFINITY;
  }

  /** Few enough frames wait for the same number to arrive before the next look. */
  get isRoomy(): boolean {
    return this.#held < this.#loan.ring.blockCount * ROOMY_SHARE;
  }

  /** Indexes new frames. @param now milliseconds since 1970 */
  look(now: number): void {
    if (this.hasEnded) return;
    if (!this.#takeBlocks()) this.#lookAtRing(now);
    this.#updateSafeTime();
  }

  /** Stops new frames from entering the ring; those in it still count. @param now milliseconds since 1970 */
  refuse(now: number): void {
    if (this.#refusedTime <= now) return;
    this.#refusedTime = now;
    this.#loan.arrival.refuseFrames();
  }

  /**
   * Resolves when a block or an error is there, at once while the newest block is held, and after `DOWN_INTERVAL` while
   * the interface is down.
   */
  arrival(signal: AbortSignal): Promise<unknown> {
    const { fd, arrival } = this.#loan;
    const readable = waitReadable(fd, signal);
    return arrival.isDown ? Promise.race([readable, sleep(DOWN_INTERVAL, undefined, { ref: false })]) : readable;
  }

  onTaken(owner: number): void {
    (this.#waiting[owner] as number)--;
  }

  release(): void {
    const { ring } = this.#loan;
    while (this.#held > 0 && this.#waiting[this.#first] === 0) {
      ring.giveBack(this.#blocks[this.#first] as number);
      this.#held -= 1;
      this.#first = (this.#first + 1) % ring.blockCount;
    }
  }

  /** Returns all blocks to the kernel at the end of the merge. */
  close(): void {
    this.#waiting.fill(0);
    this.release();
    this.hasEnded = true;
  }

  forgetTime(): void {
    this.#emptyTime = Number.NEGATIVE_INFINITY;
    this.queue.forgetLatest();
    this.#updateSafeTime();
  }

  /** @returns whether there were any */
  #takeBlocks(): boolean {
    const { ring, batch } = this.#loan;
    const before = ring.takenEver;
    while (ring.peek() !== undefined) {
      const block = ring.take();
      this.#indexing = (this.#first + this.#held) % ring.blockCount;
      this.#blocks[this.#indexing] = block;
      this.#waiting[this.#indexing] = 0;
      this.#held += 1;
      batch.wrap(block).forEach(this.#index);
    }
    this.release();
    return ring.takenEver > before;
  }

  readonly #index = (frame: FrameView): void => {
    this.queue.add(frame, this.#number, this.#indexing);
    (this.#waiting[this.#indexing] as number)++;
  };

  /** Looks for the reason why no block was delivered: the ring may be empty, or the interface gone. */
  #lookAtRing(now: number): void {
    const { ring } = this.#loan;
    if (ring.isEmpty) this.#emptyTime = now;
    if (!this.isGone && !this.#loan.arrival.isInterfaceThere()) {
      this.isGone = true;
      this.#refusedTime = now; // its last frames are still in the ring
    }
    if (this.isGone && now < this.#refusedTime) this.#refusedTime = now; // the clock was set back
    if (now - this.#refusedTime <= REFUSAL_DELAY) return;
    ring.end();
    this.#takeBlocks();
    this.hasEnded = true;
  }

  /** Later frames have a time after the latest frame and after the ring was last empty, minus the margin. */
  #updateSafeTime(): void {
    if (this.hasEnded) {
      this.safeSeconds = Number.POSITIVE_INFINITY;
      return;
    }
    const { latestSeconds, latestNanoseconds } = this.queue;
    const empty = Math.floor(this.#emptyTime);
    const emptySeconds = Math.floor(empty / 1000);
    if (emptySeconds > latestSeconds || (emptySeconds === latestSeconds && (empty % 1000) * 1e6 > latestNanoseconds)) {
      this.#setSafe(emptySeconds, (empty % 1000) * 1e6);
    } else this.#setSafe(latestSeconds, latestNanoseconds);
  }

  #setSafe(seconds: number, nanoseconds: number): void {
    // More than half of the ring is held: room matters more than late frames.
    const margin = this.#held > this.#loan.ring.blockCount / 2 ? 0 : ARRIVAL_MARGIN * 1e6;
    const isBorrowed = nanoseconds < margin;
    this.safeSeconds = isBorrowed ? seconds - 1 : seconds;
    this.safeNanoseconds = isBorrowed ? nanoseconds + 1e9 - margin : nanoseconds - margin;
  }
}
