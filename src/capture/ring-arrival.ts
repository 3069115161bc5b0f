/** Waits for blocks of a packet ring until a signal stops it or the interface disappears. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../base/errors.ts';
import { isInterfaceUp } from '../sys/interface-request.ts';
import type { ReadableWaiter } from '../sys/readiness.ts';
import { syscallError } from '../sys/syscall.ts';
import type { CaptureDevice } from './device.ts';
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

  /** @param parts `warn` is called when the interface goes down, comes up, or is down from the start (`isDown`) */
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

  /** No frame enters the ring any more; those in it can still be read. */
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
   * Waits for the next block, or for a few of them when blocks arrive all the time. After the waiter's signal no frame
   * enters the ring, and the block that the kernel was filling is the last one.
   * @param pause milliseconds to sleep instead of waiting for the socket
   * @returns false when no more blocks will come
   * @throws StackError `INTERFACE_GONE`, after the last block was read
   */
  async more(waiter: ReadableWaiter, pause = 0): Promise<boolean> {
    if (this.#closing.aborted || this.#isRefusing) return false;
    if (this.#isGone) {
      throw new StackError('INTERFACE_GONE', `the interface ${this.#device.name} went away while capturing`);
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
   * Checks the socket's error, and the interface while it is down, and warns when it goes down or comes up; the kernel
   * resumes by itself.
   * @returns false when the interface no longer exists
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
    // One that is up again already is reported by the next look.
    this.#isDown = !this.#isDown || !isUp;
    return true;
  }

  async #endRing(): Promise<void> {
    await sleep(REFUSAL_DELAY);
    this.#ring.end();
  }
}
