/** Rights of the threads of a process, from proc(5). @module */
import { readdirSync, readFileSync } from 'node:fs';

/** The fields of `/proc/PID/task/TID/status`. */
export interface ThreadState {
  readonly isMain: boolean;
  /** Real, effective, saved and file system user. */
  readonly users: string;
  readonly groups: string;
  /** Capability sets, in hexadecimal without leading zeros. */
  readonly permitted: string;
  readonly effective: string;
  readonly bounding: string;
  readonly ambient: string;
  readonly noNewPrivileges: string;
  /** 2: a filter (linux/seccomp.h). */
  readonly seccomp: string;
}

/** Reads the states of all threads. */
export function threadStates(pid: number): readonly ThreadState[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
    const capabilities = (name: string): string => BigInt(`0x${field(name)}`).toString(16);
    return {
      isMain: thread === `${pid}`,
      users: field('Uid').replaceAll('\t', ' '),
      groups: field('Gid').replaceAll('\t', ' '),
      permitted: capabilities('CapPrm'),
      effective: capabilities('CapEff'),
      bounding: capabilities('CapBnd'),
      ambient: capabilities('CapAmb'),
      noNewPrivileges: field('NoNewPrivs'),
      seccomp: field('Seccomp'),
    };
  });
}
