/**
 * Readiness of descriptors on the event loop. koffi's `node.poll` is libuv's own poll handle: no thread, 13 to 33
 * microseconds from the kernel to the callback, works in workers. koffi does not document it, so its shape is checked
 * before use, the version is pinned, and a test checks the contract. The fallback is `poll(2)` on libuv's thread pool,
 * which is slower and occupies one pool thread. @module
 */
import { POLLIN } from './constants.ts';
import { ffi } from './ffi.ts';
import { poll } from './libc.ts';

/** A watch on a descriptor, active until paused or closed. */
export interface Readiness {
  /** Stops callbacks until `resume`. */
  pause(): void;
  resume(): void;
  /** Idempotent; no callback follows. */
  close(): void;
}

/**
 * Calls `onReady` on every turn of the event loop in which `fd` is readable or has an error; the callee finds out by
 * reading. Keeps the process alive until closed. Not for sockets with TX time stamps: libuv stops polling a descriptor
 * that has an error-queue entry.
 */
export function watchReadable(fd: number, onReady: () => void): Readiness {
  return hasLoopPoll() ? watchByLoop(fd, onReady) : watchByPool(fd, onReady);
}

// Handles without a reference are collected and then never call back.
const alive = new Set<ReturnType<ReturnType<typeof ffi>['node']['poll']>>();

function hasLoopPoll(): boolean {
  return typeof (ffi() as { node?: { poll?: unknown } }).node?.poll === 'function';
}

function watchByLoop(fd: number, onReady: () => void): Readiness {
  // koffi's type is `(events)`; the actual call is `(status, events)`.
  let isOn = true;
  const onPoll = ((status: number) => {
    onReady();
    // libuv stops a poll that reported an error; by now the callee has fetched that error, or closed the watch.
    if (status < 0 && isOn) handle.start({ readable: true }, onPoll);
  }) as unknown as () => void;
  const handle = ffi().node.poll(fd, { readable: true }, onPoll);
  alive.add(handle);
  const pause = (): void => {
    if (isOn) handle.stop();
    isOn = false;
  };
  return {
    pause,
    resume() {
      if (isOn || !alive.has(handle)) return;
      isOn = true;
      handle.start({ readable: true }, onPoll);
    },
    close() {
      pause();
      if (alive.delete(handle)) handle.close();
    },
  };
}

/** Timeout of `poll(2)` in milliseconds, after which a closed watch releases its pool thread. */
const POOL_POLL_MILLISECONDS = 100;

/** The fallback without koffi's poll handle; exported for its test. */
export function watchByPool(fd: number, onReady: () => void): Readiness {
  const descriptor = new Int32Array([fd, POLLIN]); // struct pollfd: fd, then events and revents in one word
  let isOn = true;
  let isClosed = false;
  let isPolling = false;
  const wait = (): void => {
    isPolling = true;
    poll.async(descriptor, 1, POOL_POLL_MILLISECONDS, (_error, ready) => {
      isPolling = false;
      if (isOn && ready !== 0) onReady();
      if (isOn && !isPolling) wait();
    });
  };
  wait();
  return {
    pause() {
      isOn = false;
    },
    resume() {
      if (isClosed) return;
      isOn = true;
      if (!isPolling) wait();
    },
    close() {
      isOn = false;
      isClosed = true;
    },
  };
}

/** Resolves when `fd` is readable or has an error, or when `signal` is aborted. */
export function waitReadable(fd: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      readiness.close();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const readiness = watchReadable(fd, finish);
    signal?.addEventListener('abort', finish, { once: true });
  });
}

/**
 * Waits repeatedly for one descriptor. The watch stays active between waits, which halves the cost of a wake for a
 * capture that is rarely woken (bench/live/capture.ts); it is paused when the descriptor becomes ready while nothing is
 * waiting.
 */
export class ReadableWaiter {
  readonly signal: AbortSignal;
  readonly #fd: number;
  #readiness: Readiness | undefined;
  #wake: (() => void) | undefined;

  /** @param signal ends every wait early, without an error */
  constructor(fd: number, signal: AbortSignal) {
    this.#fd = fd;
    this.signal = signal;
    signal.addEventListener('abort', this.#onReady);
  }

  /** Resolves when the descriptor is readable or has an error, or the signal is aborted. One wait at a time. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.signal.aborted) this.#onReady();
      else if (this.#readiness === undefined) this.#readiness = watchReadable(this.#fd, this.#onReady);
      else this.#readiness.resume();
    });
  }

  /** Ends the watch. */
  close(): void {
    this.signal.removeEventListener('abort', this.#onReady);
    this.#readiness?.close();
  }

  readonly #onReady = (): void => {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake === undefined) this.#readiness?.pause();
    else wake();
  };
}
