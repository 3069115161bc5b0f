/** Waits for blocks of a packet ring, and ends the capture on a signal or when the interface is removed. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../../base/errors.ts';
import { interfaceNameOf } from '../../sys/interface-request.ts';
import type { ReadableWaiter } from '../../sys/readiness.ts';
import { syscallError } from '../../sys/syscall.ts';
import type { CaptureDevice } from '../device.ts';
import { isInterfaceDownError, type PacketSocket, REFUSAL_DELAY } from './packet-socket.ts';
import type { BlockRing } from './ring.ts';

export class RingArrival {
  readonly #device: CaptureDevice;
  readonly #socket: PacketSocket;
  readonly #ring: BlockRing;
  /** Aborted when the source closes. */
  readonly #closing: AbortSignal;
  readonly #warn: (message: string) => void;
  #isRefusing = false;
  #isGone = false;

  /** @param parts `warn` is called when the interface goes down */
  constructor(
    device: CaptureDevice,
    parts: { readonly socket: PacketSocket; readonly ring: BlockRing; readonly warn: (message: string) => void },
    closing: AbortSignal,
  ) {
    this.#device = device;
    this.#socket = parts.socket;
    this.#ring = parts.ring;
    this.#warn = parts.warn;
    this.#closing = closing;
  }

  /** No more frames enter the ring; those in it can still be read. */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** Stops new frames from entering the ring. */
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
    if (pause > 0) {
      await sleep(pause);
      return true;
    }
    await waiter.wait();
    if (this.#closing.aborted || this.#ring.peek() !== undefined || this.isInterfaceThere()) return true;
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
    if (error === 0) return true;
    if (!isInterfaceDownError(error)) throw syscallError('poll', error, `capture on ${name}`);
    if (interfaceNameOf(this.#socket.fd, index) === undefined) return false;
    this.#warn(`${name} went down; the capture goes on when it is up again`);
    return true;
  }

  async #endRing(): Promise<void> {
    await sleep(REFUSAL_DELAY);
    this.#ring.end();
  }
}
