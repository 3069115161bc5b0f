/**
 * Network namespaces without names: each is held by a descriptor alone, so that the kernel takes it, its interfaces
 * and its routes away when the process ends, however it ends.
 *
 * A namespace belongs to a thread (namespaces(7)). Everything here enters, works and returns inside one synchronous
 * call; nothing else on the event loop ever sees the other namespace. @module
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
    if (this.#descriptor < 0) throw new RangeError('this network namespace is closed');
    return this.#descriptor;
  }

  /** Safe at any moment, any number of times. */
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
 * Makes an empty network namespace; the calling thread is back where it was when this returns.
 * @throws SyscallError `SYSCALL` (EPERM without CAP_SYS_ADMIN)
 */
export function createNetworkNamespace(): NetworkNamespace {
  const home = currentNetworkNamespace();
  try {
    check(unshare(CLONE_NEWNET), 'unshare', 'make a network namespace');
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
 * Runs `work` with the calling thread inside `namespace`: sockets it opens stay there for good, files it opens under
 * `/proc/sys/net` are that namespace's, and a process it starts runs there, since libuv forks from the calling thread.
 * Calls may be nested.
 * @param work synchronous; whatever it leaves for later runs outside, so a promise is refused
 * @throws TypeError when `work` returns a promise
 * @throws SyscallError `SYSCALL` when the kernel does not let us in
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
