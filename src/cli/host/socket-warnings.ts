/** Warnings beside a list of sockets: what it lacks, and why. @module */
import type { SocketTable } from '../../inspect/index.ts';

type Warn = (message: string) => void;

/** Warns of a table that changed while it was read, and of sockets that were read from /proc. */
export function warnOfTable({ sockets, isConsistent, fromProc }: SocketTable, warn: Warn): void {
  if (!isConsistent) {
    warn('the socket table changed during three attempts to read it; sockets may be missing or listed twice');
  }
  const affected = fromProc.filter((name) => sockets.some(({ protocol }) => protocol === name));
  if (affected.length > 0) {
    warn(`no socket diagnosis for ${affected.join(', ')}; read from /proc/net, which has fewer details`);
  }
}

/** @param sockets number of sockets for which no process was found */
export function warnOfOwners(
  { sockets, hiddenProcesses }: { readonly sockets: number; readonly hiddenProcesses: number },
  warn: Warn,
): void {
  if (sockets === 0) return;
  const count = sockets === 1 ? '1 socket has' : `${sockets} sockets have`;
  if (hiddenProcesses > 0) {
    warn(`${count} no visible owner: the descriptors of ${hiddenProcesses} processes may not be read; run as root`);
  } else {
    warn(`${count} no process: owned by the kernel, or by a process outside this PID namespace`);
  }
}

/** @param unanswered number of addresses whose lookup did not end in time, or was omitted */
export function warnOfHosts(unanswered: number, warn: Warn): void {
  if (unanswered > 0) warn(`${unanswered} addresses not resolved in time; use -n to show numbers`);
}
