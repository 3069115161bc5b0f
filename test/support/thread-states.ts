/** Rights of the threads of a process, from proc(5). @module */
import { readdirSync, readFileSync } from 'node:fs';
import { nodeCodeOf } from '../../src/base/errors.ts';

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

/** Reads the states of all threads, except those that end meanwhile. */
export function threadStates(pid: number): readonly ThreadState[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    const status = readStatus(`/proc/${pid}/task/${thread}/status`);
    if (status === '') return [];
    const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1]?.trim() ?? '';
    const capabilities = (name: string): string => BigInt(`0x${field(name)}`).toString(16);
    const state: ThreadState = {
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
    return [state];
  });
}

function readStatus(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = nodeCodeOf(error);
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
