/**
 * Unnamed network namespaces: an open descriptor is the only reference, so the kernel removes the namespace with its
 * interfaces and routes when the process ends, however it ends.
 *
 * A namespace belongs to a thread (namespaces(7)). Every function enters, works and returns inside one synchronous
 * call, so no other code on the event loop runs in the namespace. @module
 */
import { closeSync, openSync } from 'node:fs';
import { CLONE_NEWNET } from './constants.ts';
import { setns, unshare } from './libc.ts';
import { check } from './syscall.ts';

/** The calling thread's own namespace; `/proc/self` would be the main thread's. */
const OWN_NAMESPACE = '/proc/thread-self/ns/net';

/** An open descriptor of a network namespace. Sockets made inside keep the namespace alive after it is closed. */
export class NetworkNamespace implements Disposable {
  #descriptor: number;

  /** Takes over an open descriptor of `/proc/PID/ns/net`. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @throws RangeError after `close` */
  get descriptor(): number {
    if (this.#descriptor < 0) throw new RangeError('network namespace is closed');
    return this.#descriptor;
  }

  /** Idempotent. */
  close(): void {
    if (this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The namespace that the calling thread is in. */
export function currentNetworkNamespace(): NetworkNamespace {
  return new NetworkNamespace(openSync(OWN_NAMESPACE, 'r'));
}

/**
 * Creates an empty network namespace; the calling thread stays in its own.
 * @throws SyscallError `SYSCALL` (EPERM without CAP_SYS_ADMIN)
 */
export function createNetworkNamespace(): NetworkNamespace {
  const home = currentNetworkNamespace();
  try {
    check(unshare(CLONE_NEWNET), 'unshare', 'create a network namespace');
    try {
      return currentNetworkNamespace();
    } finally {
      enter(home, 'return from a new network namespace');
    }
  } finally {
    home.close();
  }
}

/**
 * Runs `work` with the calling thread inside `namespace`: sockets that it opens stay there, files under `/proc/sys/net`
 * are those of the namespace, and processes that it starts run there, because libuv forks from the calling thread.
 * Calls may be nested.
 * @param work synchronous: deferred work would run outside, so a promise is refused
 * @throws TypeError if `work` returns a promise
 * @throws SyscallError `SYSCALL` if the kernel refuses
 */
export function inNamespace<T>(namespace: NetworkNamespace, work: () => T): T {
  const home = currentNetworkNamespace();
  try {
    enter(namespace, 'enter a network namespace');
    try {
      const result = work();
      if (isThenable(result)) throw new TypeError('work inside a namespace must be synchronous: it returned a promise');
      return result;
    } finally {
      enter(home, 'return from a network namespace');
    }
  } finally {
    home.close();
  }
}

function enter(namespace: NetworkNamespace, wanted: string): void {
  check(setns(namespace.descriptor, CLONE_NEWNET), 'setns', wanted);
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
