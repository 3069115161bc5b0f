/**
 * "This descriptor can be read now", on the event loop. koffi's `node.poll` is libuv's own poll handle: no thread, 13
 * to 33 microseconds from the kernel to the callback, works in workers. koffi does not document it, so its shape is
 * checked before use, the version is pinned, a test holds its contract, and where it is missing `poll(2)` on libuv's
 * thread pool serves: slower, and it holds one pool thread. @module
 */
import koffi from 'koffi';
import { POLLIN } from './constants.ts';
import { poll } from './libc.ts';

/** A watch that is on until it is paused or closed. */
export interface Readiness {
  /** No callback comes until `resume`. */
  pause(): void;
  resume(): void;
  /** Idempotent. No callback comes after it. */
  close(): void;
}

/**
 * Calls `onReady` on every turn of the event loop in which `fd` has something to read, or an error to tell: the callee
 * reads, and finds out which. Keeps the process alive until closed. Not for a socket with TX time stamps: libuv stops
 * polling a descriptor that has an error-queue entry.
 */
export function watchReadable(fd: number, onReady: () => void): Readiness {
  return hasLoopPoll() ? watchByLoop(fd, onReady) : watchByPool(fd, onReady);
}

// Handles are collected when nothing refers to them, and then fall silent.
const alive = new Set<ReturnType<typeof koffi.node.poll>>();

function hasLoopPoll(): boolean {
  return typeof (koffi as { node?: { poll?: unknown } }).node?.poll === 'function';
}

function watchByLoop(fd: number, onReady: () => void): Readiness {
  // koffi's type says `(events)`; what it calls is `(status, events)`.
  let isOn = true;
  const onPoll = ((status: number) => {
    onReady();
    // libuv stops a poll that reported an error; the callee has fetched that error by now, or closed us.
    if (status < 0 && isOn) handle.start({ readable: true }, onPoll);
  }) as unknown as () => void;
  const handle = koffi.node.poll(fd, { readable: true }, onPoll);
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

/** How long a pool thread stays in `poll(2)`, and so how late a closed watch gives it back. */
const POOL_POLL_MILLISECONDS = 100;

/** The way without koffi's poll handle; exported for its test. */
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

/** Resolves when `fd` can be read or has an error to tell, or `signal` is aborted, which is no error. */
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
 * Waits for one descriptor again and again. Its watch stays on from one wait to the next, which spares a capture that is
 * woken seldom half of what waking costs (bench/live/capture.ts), and is paused when something comes that nobody waits for.
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

  /** Resolves when the descriptor can be read or has an error to tell, or the signal is aborted. One wait at a time. */
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
