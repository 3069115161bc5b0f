/**
 * Unnamed network namespaces: an open descriptor is the only reference, so the kernel removes the namespace with its
 * interfaces and routes when the process ends, however it ends.
 *
 * A namespace belongs to a thread (namespaces(7)). Every function enters, works and returns inside one synchronous
 * call, so no other code on the event loop runs in the namespace. @module
 */
import { closeSync, openSync } from 'node:fs';
import { messageOf, nodeCodeOf, StackError } from '../base/errors.ts';
import { CLONE_NEWNET } from './constants.ts';
import { setns, unshare } from './libc.ts';
import { check, explainPrivilege } from './syscall.ts';

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

/** Where ip-netns(8) and container engines bind namespaces to names. */
const NAMED_NAMESPACES = '/run/netns';

/**
 * Opens a network namespace by its name (ip-netns(8)), or by the id of a process in it.
 * @param nameOrProcess digits are a process id
 * @throws StackError `NO_NAMESPACE` if there is no such name or process, `PRIVILEGE` if it may not be opened
 */
export function openNetworkNamespace(nameOrProcess: string): NetworkNamespace {
  const isProcess = /^\d{1,10}$/.test(nameOrProcess);
  const shown = isProcess ? `process ${nameOrProcess}` : nameOrProcess;
  if (!isProcess && (nameOrProcess === '' || /[/\0]|^\.\.?$/.test(nameOrProcess))) {
    throw new StackError('NO_NAMESPACE', `${JSON.stringify(nameOrProcess)} is not the name of a network namespace`);
  }
  try {
    const path = isProcess ? `/proc/${nameOrProcess}/ns/net` : `${NAMED_NAMESPACES}/${nameOrProcess}`;
    return new NetworkNamespace(openSync(path, 'r'));
  } catch (cause) {
    const code = nodeCodeOf(cause);
    if (code === 'EACCES' || code === 'EPERM') {
      const needed = 'run as root, or with CAP_SYS_PTRACE and CAP_SYS_ADMIN';
      throw new StackError(
        'PRIVILEGE',
        `cannot open the network namespace ${isProcess ? 'of ' : ''}${shown}: ${code}; ${needed}`,
        { cause },
      );
    }
    if (code !== 'ENOENT') throw new StackError('NO_NAMESPACE', `cannot open ${shown}: ${messageOf(cause)}`, { cause });
    const advice = isProcess ? 'the process does not exist' : `\`ls ${NAMED_NAMESPACES}\` lists the names`;
    throw new StackError('NO_NAMESPACE', `there is no network namespace ${isProcess ? 'of ' : ''}${shown}; ${advice}`, {
      cause,
    });
  }
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
  try {
    check(setns(namespace.descriptor, CLONE_NEWNET), 'setns', wanted);
  } catch (error) {
    throw explainPrivilege(error, 'CAP_SYS_ADMIN');
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
