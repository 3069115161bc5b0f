/** Sends frames when they are due, and counts the results. @module */
import { StackError } from '../../base/errors.ts';
import { FRAMES_PER_CALL, type FrameQueue, type FrameTransmitter } from '../../capture/index.ts';
import { Errno, syscallError } from '../../sys/syscall.ts';
import type { ReplayOptions } from './options.ts';
import { type PacingClock, pacingClock } from './pacing-clock.ts';

/** Longer waits use a timer up to `TIMER_GRAIN` before their end. All times in milliseconds. */
const LONG_WAIT = 4;
const TIMER_GRAIN = 2;
/** Maximum interval between yields to signals. */
const TURN_INTERVAL = 20;
/** When the queue is full: the first wait, which doubles up to the maximum, and when to give up on a frame. */
const FIRST_RETRY = 0.05;
const MAX_RETRY = 10;
const RETRY_LIMIT = 1000;

export class ReplaySender {
  sent = 0;
  /** Bytes of the frames sent. */
  bytes = 0;
  /** Frames that the kernel rejected. */
  failed = 0;
  /** How many times frames waited because the queue of the interface was full. */
  waits = 0;
  readonly #transmitter: FrameTransmitter;
  readonly #signal: AbortSignal | undefined;
  readonly #clock: PacingClock;
  /** `clock.now()` of the first frame and of the last one. */
  #started: number | undefined;
  #ended = 0;
  #lastTurn = 0;

  constructor(transmitter: FrameTransmitter, { signal, clock = pacingClock }: ReplayOptions) {
    this.#transmitter = transmitter;
    this.#signal = signal;
    this.#clock = clock;
  }

  /** From the first frame to the last. */
  get milliseconds(): number {
    return this.#started === undefined ? 0 : this.#ended - this.#started;
  }

  /** Sends the queued frames when they are due, until the signal is aborted. @throws StackError `INTERFACE_GONE` */
  async send(queue: FrameQueue): Promise<void> {
    if (queue.size === 0) return;
    let next = 0;
    if (this.#started === undefined) {
      // The first call is slow, since its code is cold: the schedule starts after it.
      next = await this.#sendSome(queue, 0, 1);
      this.#started = this.#clock.now();
    }
    while (next < queue.size && this.#signal?.aborted !== true) {
      const now = this.#clock.now();
      let end = next;
      while (end < queue.size && end - next < FRAMES_PER_CALL && this.#started + queue.dueOf(end) <= now) end += 1;
      if (end > next) next += await this.#sendSome(queue, next, end - next);
      else await this.#waitUntil(this.#started + queue.dueOf(next));
      if (this.#clock.now() - this.#lastTurn > TURN_INTERVAL) await this.#turn();
    }
    this.#ended = this.#clock.now();
  }

  async #waitUntil(time: number): Promise<void> {
    const left = time - this.#clock.now();
    if (left > LONG_WAIT) {
      await this.#clock.sleep(left - TIMER_GRAIN, this.#signal);
      this.#lastTurn = this.#clock.now();
    } else {
      this.#clock.waitUntil(time);
    }
  }

  async #turn(): Promise<void> {
    await this.#clock.turn();
    this.#lastTurn = this.#clock.now();
  }

  /** @returns number of frames processed: sent, or given up */
  async #sendSome(queue: FrameQueue, first: number, count: number): Promise<number> {
    const givenUpAt = this.#clock.now() + RETRY_LIMIT;
    for (let retry = FIRST_RETRY; ; retry = Math.min(retry * 2, MAX_RETRY)) {
      const taken = this.#transmitter.send(queue, first, count);
      if (taken > 0) {
        for (let frame = first; frame < first + taken; frame += 1) this.bytes += queue.lengthOf(frame);
        this.sent += taken;
        return taken;
      }
      if (!this.#isQueueFull(-taken) || this.#clock.now() > givenUpAt) {
        this.failed += 1;
        return 1;
      }
      this.waits += 1;
      await this.#waitUntil(this.#clock.now() + retry);
      await this.#turn();
      if (this.#signal?.aborted === true) return 0;
    }
  }

  /** False: the kernel rejects this frame. @throws if it accepts no more frames */
  #isQueueFull(error: number): boolean {
    if (error === Errno.EAGAIN || error === Errno.ENOBUFS) return true;
    const { interfaceName } = this.#transmitter;
    if (error === Errno.ENXIO || error === Errno.ENODEV) {
      throw new StackError('INTERFACE_GONE', `interface ${interfaceName} was removed during the replay`);
    }
    if (error === Errno.EMSGSIZE || error === Errno.EINVAL) return false;
    throw syscallError('sendmmsg', error, `send frames on ${interfaceName}`, interfaceName);
  }
}
