/** Describes processes, from /proc. @module */
import { existsSync, readlinkSync } from 'node:fs';
import { type ControlGroup, parseControlGroup } from './control-group.ts';
import { readIfThere } from './read-if-there.ts';

/** The program of a process. */
interface Executable {
  /** Hostile text: any bytes except zero. */
  readonly path: string;
  /** Deleted: no file of this path. Replaced: another file, as after an update without a restart. */
  readonly state: 'present' | 'deleted' | 'replaced';
}

export interface HostProcess extends ControlGroup {
  readonly pid: number;
  /** At most 15 bytes, chosen by the process: hostile text. */
  readonly command: string;
  /** The effective user. */
  readonly uid: number;
  readonly user: string;
  /** Undefined if it may not be read, and of kernel threads. */
  readonly executable: Executable | undefined;
}

/** Describes each process once; all of them are from about the same time. */
export class ProcessTable {
  readonly #processes = new Map<number, HostProcess | undefined>();
  readonly #users = readUserNames();

  /** Returns undefined if the process has ended. */
  describe(pid: number): HostProcess | undefined {
    if (!this.#processes.has(pid)) this.#processes.set(pid, this.#read(pid));
    return this.#processes.get(pid);
  }

  /** Returns the name of a user, or its number. */
  userName(uid: number): string {
    return this.#users.get(uid) ?? String(uid);
  }

  #read(pid: number): HostProcess | undefined {
    const status = readIfThere(`/proc/${pid}/status`);
    const uid = Number(/^Uid:\t\d+\t(\d+)/m.exec(status ?? '')?.[1] ?? Number.NaN);
    const command = readIfThere(`/proc/${pid}/comm`);
    if (command === undefined || Number.isNaN(uid)) return undefined;
    return {
      pid,
      command: command.replace(/\n$/, ''),
      uid,
      user: this.userName(uid),
      executable: executableOf(pid),
      ...parseControlGroup(readIfThere(`/proc/${pid}/cgroup`) ?? ''),
    };
  }
}

const DELETED = ' (deleted)';

function executableOf(pid: number): Executable | undefined {
  let target: string;
  try {
    target = readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
  if (!target.endsWith(DELETED)) return { path: target, state: 'present' };
  const path = target.slice(0, -DELETED.length);
  // As the process sees it: its root may be that of a container.
  return { path, state: existsSync(`/proc/${pid}/root${path}`) ? 'replaced' : 'deleted' };
}

/** Local users only: a directory server that does not answer must delay nothing. */
function readUserNames(): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of (readIfThere('/etc/passwd') ?? '').split('\n')) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && /^\d+$/.test(uid) && !names.has(Number(uid))) {
      names.set(Number(uid), name);
    }
  }
  return names;
}
