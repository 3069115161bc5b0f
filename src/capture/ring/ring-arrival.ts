/** What comes into a packet ring, and how that ends: by a signal, or because the interface goes away. @module */
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
  /** Of the source: nothing is read any more. */
  readonly #closing: AbortSignal;
  readonly #warn: (message: string) => void;
  #isRefusing = false;
  #isGone = false;

  /** @param parts `warn` is told when the interface goes down */
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

  /** No frame enters any more; what is in the ring is still to be read. */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** From now on no frame enters. */
  refuseFrames(): void {
    this.#isRefusing = true;
    this.#socket.refuseFrames();
  }

  /**
   * Waits for the next block, or, when there is always one soon, for a few of them. After the waiter's signal no new frame
   * enters the ring, and the block that the kernel was filling is the last.
   * @param pause milliseconds to wait in place of the socket
   * @returns false when nothing will come any more
   * @throws StackError `INTERFACE_GONE` once what came before is read
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
    this.#isGone = true; // what it brought until then is still in the block that the kernel was filling
    await this.#endRing();
    return true;
  }

  /**
   * Fetches what is wrong with the interface. Its going down is outlived, with a warning: the kernel goes on by itself when it
   * is back. Its going away is not: false.
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
