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
  const holdersOf = ({ inode }: HostSocket): SocketHolder[] =>
    (byInode.get(inode) ?? []).flatMap(({ pid }) => {
      const process = processes.describe(pid);
      if (process === undefined) return [];
      const { command, user, unit, container } = process;
      return { pid, command, user, unit, container };
    });
  return { holdersOf, hiddenProcesses };
}
