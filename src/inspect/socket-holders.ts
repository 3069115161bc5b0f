/** Names the processes that hold the sockets of a list. @module */
import { type HostProcess, ProcessTable } from './process.ts';
import { findSocketOwners } from './socket-owners.ts';
import type { HostSocket } from './sockets.ts';

/** A process that holds a socket. */
export type SocketHolder = Pick<HostProcess, 'pid' | 'command' | 'user' | 'unit' | 'container'>;

export interface SocketHolders {
  readonly holdersOf: (socket: HostSocket) => readonly SocketHolder[];
  /** Processes whose descriptors may not be read. */
  readonly hiddenProcesses: number;
}

/** Searches all processes. Those of other users need root. */
export function findSocketHolders(): SocketHolders {
  const { byInode, hiddenProcesses } = findSocketOwners();
  const processes = new ProcessTable();
  // Most processes hold several sockets, and most sockets belong to one process.
  const known = new Map<number, readonly SocketHolder[]>();
  const describe = (pid: number): readonly SocketHolder[] => {
    const holders = known.get(pid) ?? holderOf(processes.describe(pid));
    known.set(pid, holders);
    return holders;
  };
  const holdersOf = ({ inode }: HostSocket): readonly SocketHolder[] => {
    const owners = byInode.get(inode) ?? [];
    const [owner] = owners;
    return owner !== undefined && owners.length === 1
      ? describe(owner.pid)
      : owners.flatMap(({ pid }) => describe(pid));
  };
  return { holdersOf, hiddenProcesses };
}

function holderOf(process: HostProcess | undefined): SocketHolder[] {
  if (process === undefined) return [];
  const { pid, command, user, unit, container } = process;
  return [{ pid, command, user, unit, container }];
}
