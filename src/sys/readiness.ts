/**
 * "This descriptor can be read now", on the event loop. koffi's `node.poll` is libuv's own poll handle: no thread, 13
 * to 33 microseconds from the kernel to the callback, works in workers. koffi does not document it, so its shape is
 * checked before use, the version is pinned, a test holds its contract, and where it is missing `poll(2)` on libuv's
 * thread pool serves: slower, and it holds one pool thread. @module
 */
import koffi from 'koffi';
import { POLLIN } from './constants.ts';
import { poll } from './libc.ts';

/** A watch that is on until it is closed. */
export interface Readiness {
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
  const onPoll = ((status: number) => {
    onReady();
    // libuv stops a poll that reported an error; the callee has fetched that error by now, or closed us.
    if (status < 0 && alive.has(handle)) handle.start({ readable: true }, onPoll);
  }) as unknown as () => void;
  const handle = koffi.node.poll(fd, { readable: true }, onPoll);
  alive.add(handle);
  return {
    close() {
      if (!alive.delete(handle)) return;
      handle.stop();
      handle.close();
    },
  };
}

/** How long a pool thread stays in `poll(2)`, and so how late a closed watch gives it back. */
const POOL_POLL_MILLISECONDS = 100;

/** The way without koffi's poll handle; exported for its test. */
export function watchByPool(fd: number, onReady: () => void): Readiness {
  let open = true;
  const descriptor = new Int32Array([fd, POLLIN]); // struct pollfd: fd, then events and revents in one word
  const wait = (): void => {
    poll.async(descriptor, 1, POOL_POLL_MILLISECONDS, (_error, ready) => {
      if (!open) return;
      if (ready !== 0) onReady();
      if (open) wait();
    });
  };
  wait();
  return {
    close() {
      open = false;
    },
  };
}

export interface WaitOptions {
  /** Ends the wait early, without an error. */
  readonly signal?: AbortSignal;
  /** Milliseconds; none waits for ever. */
  readonly timeout?: number;
}

/** Resolves when `fd` can be read or has an error to tell, the time has passed, or `signal` is aborted. */
export function waitReadable(fd: number, options: WaitOptions = {}): Promise<void> {
  const { signal, timeout } = options;
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const finish = (): void => {
      readiness.close();
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const readiness = watchReadable(fd, finish);
    const timer = timeout === undefined ? undefined : setTimeout(finish, timeout);
    signal?.addEventListener('abort', finish, { once: true });
  });
}
