/** Waits for blocks of a packet ring, and ends the capture on a signal or when the interface is removed. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../../base/errors.ts';
import { isInterfaceUp } from '../../sys/interface-request.ts';
import type { ReadableWaiter } from '../../sys/readiness.ts';
import { syscallError } from '../../sys/syscall.ts';
import type { CaptureDevice } from '../device.ts';
import { isInterfaceDownError, type PacketSocket, REFUSAL_DELAY } from './packet-socket.ts';
import type { BlockRing } from './ring.ts';

/** Milliseconds between looks at an interface that is down: the socket reports neither its return nor its removal. */
export const DOWN_INTERVAL = 500;

export class RingArrival {
  readonly #device: CaptureDevice;
  readonly #socket: PacketSocket;
  readonly #ring: BlockRing;
  /** Aborted when the source closes. */
  readonly #closing: AbortSignal;
  readonly #warn: (message: string) => void;
  #isRefusing = false;
  #isGone = false;
  #isDown: boolean;

  /** @param parts `warn` is called when the interface goes down */
  constructor(
    device: CaptureDevice,
    parts: {
      readonly socket: PacketSocket;
      readonly ring: BlockRing;
      readonly isDown: boolean;
      readonly warn: (message: string) => void;
    },
    closing: AbortSignal,
  ) {
    this.#device = device;
    this.#socket = parts.socket;
    this.#ring = parts.ring;
    this.#warn = parts.warn;
    this.#isDown = parts.isDown;
    this.#closing = closing;
    const { name } = device;
    if (parts.isDown) this.#warn(`${name} is down; capturing starts when it comes up (ip link set dev ${name} up)`);
  }

  /** No more frames enter the ring; those in it can still be read. */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** The interface is down: `isInterfaceThere` must be called every `DOWN_INTERVAL`. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** Stops frames from entering the ring. */
  refuseFrames(): void {
    this.#isRefusing = true;
    this.#socket.refuseFrames();
  }

  /**
   * Waits for the next block, or pauses to let a few of them fill. After the waiter's signal no more frames enter the
   * ring, and the block that the kernel was filling is the last.
   * @param pause milliseconds to wait instead of polling the socket
   * @returns false when no more blocks will follow
   * @throws StackError `INTERFACE_GONE` after the last frames were read
   */
  async more(waiter: ReadableWaiter, pause = 0): Promise<boolean> {
    if (this.#closing.aborted || this.#isRefusing) return false;
    if (this.#isGone) {
      throw new StackError('INTERFACE_GONE', `interface ${this.#device.name} was removed during the capture`);
    }
    if (waiter.signal.aborted) {
      this.refuseFrames();
      await this.#endRing();
      return !this.#closing.aborted;
    }
    if (pause > 0 && !this.#isDown) {
      await sleep(pause);
      return true;
    }
    await (this.#isDown
      ? Promise.race([waiter.wait(), sleep(DOWN_INTERVAL, undefined, { ref: false })])
      : waiter.wait());
    if (this.#closing.aborted || (!this.#isDown && this.#ring.peek() !== undefined)) return true;
    if (this.isInterfaceThere()) return true;
    this.#isGone = true; // its last frames are in the block that the kernel was filling
    await this.#endRing();
    return true;
  }

  /**
   * Reads the pending error of the interface. Warns when it went down: the kernel resumes by itself when it is up
   * again. False when it was removed.
   */
  isInterfaceThere(): boolean {
    const { name, index } = this.#device;
    const error = this.#socket.takeError();
    if (error === 0 && !this.#isDown) return true;
    if (error !== 0 && !isInterfaceDownError(error)) throw syscallError('poll', error, `capture on ${name}`);
    const isUp = isInterfaceUp(this.#socket.fd, index);
    if (isUp === undefined) return false;
    if (!this.#isDown) this.#warn(`${name} went down; capturing continues when it comes up`);
    else if (isUp) this.#warn(`${name} came up; capturing continues`);
    // An interface that is already up again is reported at the next check.
    this.#isDown = !this.#isDown || !isUp;
    return true;
  }

  async #endRing(): Promise<void> {
    await sleep(REFUSAL_DELAY);
    this.#ring.end();
  }
}
