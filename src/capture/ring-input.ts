/**
 * A packet ring as one input of a merge. Its frames are indexed as blocks come, and lie in the ring until they have gone
 * out; a block goes back to the kernel when the last of its frames has. @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FrameView } from '../base/frame.ts';
import { waitReadable } from '../sys/readiness.ts';
import type { BlockBatch } from './block-batch.ts';
import type { MergeInput } from './frame-merger.ts';
import { MergeQueue } from './merge-queue.ts';
import { REFUSAL_DELAY } from './packet-socket.ts';
import type { BlockRing } from './ring.ts';
import { DOWN_INTERVAL, type RingArrival } from './ring-arrival.ts';

/**
 * How late a frame may come into the ring after the kernel stamped it, in milliseconds: it may wait in another CPU's
 * backlog, or for a kernel thread that waits for a CPU. So long a merge waits for frames that overtake others.
 */
const ARRIVAL_MARGIN = 25;
/** The part of the ring that may be held for looks to be few. */
const ROOMY_SHARE = 1 / 8;
/** Seconds that no frame is late by: an earlier one tells of a clock that was set back. */
const LONGEST_INVERSION = 1;

/** What a source lends of itself while a merge reads it. */
export interface RingLoan {
  readonly fd: number;
  readonly ring: BlockRing;
  readonly batch: BlockBatch;
  /** Milliseconds until the kernel hands over a block that is not full. */
  readonly blockTimeout: number;
  readonly arrival: Pick<RingArrival, 'isDown' | 'isRefusing' | 'refuseFrames' | 'isInterfaceThere'>;
}

export class RingInput implements MergeInput {
  readonly queue = new MergeQueue(LONGEST_INVERSION);
  safeSeconds = Number.NEGATIVE_INFINITY;
  safeNanoseconds = 0;
  readonly #loan: RingLoan;
  readonly #number: number;
  /** Blocks taken, the oldest first, by a count that goes round. */
  readonly #blocks: Float64Array;
  /** Of each of them, frames that are in the queue. */
  readonly #waiting: Uint32Array;
  #first = 0;
  #held = 0;
  #indexing = 0;
  /** The last time that nothing at all was in the ring: milliseconds since 1970. */
  #emptyTime = Number.NEGATIVE_INFINITY;
  #refusedTime = Number.POSITIVE_INFINITY;
  /** Nothing comes any more. */
  hasEnded = false;
  /** It ended because the interface went away. */
  isGone = false;

  /** @param number the `interfaceIndex` of its frames */
  constructor(loan: RingLoan, number: number) {
    this.#loan = loan;
    this.#number = number;
    this.#blocks = new Float64Array(loan.ring.blockCount);
    this.#waiting = new Uint32Array(loan.ring.blockCount);
    if (loan.arrival.isRefusing) this.#refusedTime = Number.NEGATIVE_INFINITY;
  }

  /** What waits takes a small part of the ring: as much again may come before anybody looks. */
  get isRoomy(): boolean {
    return this.#held < this.#loan.ring.blockCount * ROOMY_SHARE;
  }

  /** Takes in what has come. @param now milliseconds since 1970 */
  look(now: number): void {
    if (this.hasEnded) return;
    if (!this.#takeBlocks()) this.#lookAtRing(now);
    this.#judgeTime();
  }

  /** From now on no frame enters; what is in the ring still comes. @param now milliseconds since 1970 */
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

  /** Gives all blocks back: the merge has ended. */
  close(): void {
    this.#waiting.fill(0);
    this.release();
    this.hasEnded = true;
  }

  forgetTime(): void {
    this.#emptyTime = Number.NEGATIVE_INFINITY;
    this.queue.forgetLatest();
    this.#judgeTime();
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

  /** No block has come: nothing may be there at all, or something may be wrong. */
  #lookAtRing(now: number): void {
    const { ring } = this.#loan;
    if (ring.isEmpty) this.#emptyTime = now;
    if (!this.isGone && !this.#loan.arrival.isInterfaceThere()) {
      this.isGone = true;
      this.#refusedTime = now; // what it brought until then is still in the ring
    }
    if (this.isGone && now < this.#refusedTime) this.#refusedTime = now; // the clock was set back
    if (now - this.#refusedTime <= REFUSAL_DELAY) return;
    ring.end();
    this.#takeBlocks();
    this.hasEnded = true;
  }

  /** What comes later is later than the latest frame and the last sight of emptiness, but for the margin. */
  #judgeTime(): void {
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
    // Half of the ring is waiting: room matters more now than frames that come late.
    const margin = this.#held > this.#loan.ring.blockCount / 2 ? 0 : ARRIVAL_MARGIN * 1e6;
    const isBorrowed = nanoseconds < margin;
    this.safeSeconds = isBorrowed ? seconds - 1 : seconds;
    this.safeNanoseconds = isBorrowed ? nanoseconds + 1e9 - margin : nanoseconds - margin;
  }
}
