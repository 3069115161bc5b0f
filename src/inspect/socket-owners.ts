/** Finds the processes that hold sockets. @module */
import { readdirSync } from 'node:fs';
import { readSocketInodes } from '../sys/socket-inodes.ts';

/** A process that holds a socket; after fork(2) several processes hold the same one. */
export interface SocketOwner {
  readonly pid: number;
  /** Descriptors of the socket in this process, ascending. */
  readonly descriptors: number[];
}

export interface SocketOwners {
  /** By the inode of the socket, in the order of process ids. */
  readonly byInode: ReadonlyMap<number, readonly SocketOwner[]>;
  /** Processes whose descriptors may not be read: their sockets are missing. */
  readonly hiddenProcesses: number;
}

/** Searches the descriptors of all visible processes. Other users' processes need root or CAP_SYS_PTRACE. */
export function findSocketOwners(): SocketOwners {
  const byInode = new Map<number, SocketOwner[]>();
  let hiddenProcesses = 0;
  for (const pid of processIds()) {
    const isReadable = readSocketInodes(pid, (inode, descriptor) => {
      const owners = byInode.get(inode);
      if (owners === undefined) {
        byInode.set(inode, [{ pid, descriptors: [descriptor] }]);
        return;
      }
      const last = owners.at(-1);
      if (last?.pid === pid) last.descriptors.push(descriptor);
      else owners.push({ pid, descriptors: [descriptor] });
    });
    if (!isReadable) hiddenProcesses += 1;
  }
  return { byInode, hiddenProcesses };
}

function processIds(): number[] {
  const ids = readdirSync('/proc').map(Number);
  return ids.filter((id) => id > 0).sort((left, right) => left - right);
}
