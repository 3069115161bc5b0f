/** Decides as whom a command continues once its sockets are open, before it opens them. @module */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { StackError } from '../../base/errors.ts';
import { isPlainFile } from '../../pcap/index.ts';
import type { CapabilityName } from '../../sys/constants.ts';
import {
  AccessMode,
  currentIdentity,
  type Identity,
  mayAccessWithoutCapabilities,
  userMayAccess,
} from '../../sys/credentials.ts';
import type { User } from '../../sys/users.ts';
import { invokingUser, NOBODY, namedUser } from './target-user.ts';

/** What a command does after its sockets are open. */
export interface ConfinementNeeds {
  /** Report the result to standard error. */
  readonly isVerbose: boolean;
  /** The user of `-Z`. */
  readonly user: string | undefined;
  /** The file of `-w`, unless it is standard output. */
  readonly output?: PlannedOutput | undefined;
  /** The group of output and report; undefined for the default. */
  readonly group?: number | undefined;
  /** A file that is created at the end. */
  readonly report?: string | undefined;
  /** A file that is opened again. */
  readonly input?: string | undefined;
  /** Runs programs for finished files. */
  readonly runsPrograms?: boolean;
  /** Looks up names of hosts. */
  readonly looksUpNames?: boolean;
}

interface PlannedOutput {
  readonly path: string;
  /** More files follow the first one. */
  readonly isSeries: boolean;
  /** Overwrites files that exist. */
  readonly overwrites: boolean;
}

/** As whom the command continues. */
export type ConfinementPlan = {
  /** Capabilities to keep as the user that the process has now. */
  readonly kept: readonly CapabilityName[];
} & (
  | { readonly kind: 'same-user' }
  /** `beforeFiles`: the user creates the files. Otherwise root creates the only one before the change. */
  | { readonly kind: 'user'; readonly user: User; readonly beforeFiles: boolean }
  /** The reason is undefined with `-Z root`. */
  | { readonly kind: 'root'; readonly reason: string | undefined }
);

/** What is needed for files in folders of others, to overwrite files of others, and for `--group`. */
const FILE_CAPABILITIES: readonly CapabilityName[] = ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER'];
/** What the programs of `--on-rotate` need in addition: to signal services, and to change to another user. */
const PROGRAM_CAPABILITIES: readonly CapabilityName[] = [...FILE_CAPABILITIES, 'CAP_KILL', 'CAP_SETGID', 'CAP_SETUID'];

/** @throws StackError `USAGE` for UV_USE_IO_URING; for `-Z` with an unknown user, or one who could not continue */
export function planConfinement(needs: ConfinementNeeds): ConfinementPlan {
  if (Number.parseInt(process.env['UV_USE_IO_URING'] ?? '0', 10) > 0) {
    throw new StackError('USAGE', 'UV_USE_IO_URING is set, but io_uring keeps the rights of root; unset it');
  }
  const kept = keptCapabilities(needs);
  const own = process.geteuid?.();
  if (needs.user !== undefined) {
    const user = namedUser(needs.user);
    if (user.uid === own) return own === 0 ? { kind: 'root', kept, reason: undefined } : { kind: 'same-user', kept };
    if (own !== 0) throw new StackError('USAGE', `cannot become ${user.name} (-Z): only root can; omit -Z`);
    const problem = problemFor(candidate(user), needs);
    if (problem !== undefined) {
      throw new StackError('USAGE', `${user.name} (-Z) ${problem}; choose another user or place, or -Z root`);
    }
    return { kind: 'user', kept, user, beforeFiles: createsFiles(candidate(user), needs) };
  }
  if (own !== 0) return { kind: 'same-user', kept };
  const invoking = invokingUser(process.env);
  const user = invoking ?? NOBODY;
  const problem = (invoking === undefined ? problemForNobody : problemFor)(candidate(user), needs);
  if (problem !== undefined) return { kind: 'root', kept, reason: `${user.name} ${problem}` };
  const beforeFiles = invoking !== undefined && createsFiles(candidate(user), needs);
  return { kind: 'user', kept, user, beforeFiles };
}

/** Returns what the command needs to continue as the user that the process has now. */
function keptCapabilities(needs: ConfinementNeeds): readonly CapabilityName[] {
  if (needs.runsPrograms === true) return PROGRAM_CAPABILITIES;
  const withoutAny = { ...currentIdentity(), mayAccess: mayAccessWithoutCapabilities };
  return problemFor(withoutAny, needs) === undefined ? [] : FILE_CAPABILITIES;
}

/** An identity, and the access that it has. */
interface Candidate extends Identity {
  readonly mayAccess: (path: string, mode: number) => boolean;
}

function candidate(user: User): Candidate {
  return { ...user, mayAccess: (path, mode) => userMayAccess(user, path, mode) };
}

/** Why the command could not continue as `user`; undefined if it can. */
function problemFor(user: Candidate, needs: ConfinementNeeds): string | undefined {
  const { output, report, input, runsPrograms = false } = needs;
  if (output !== undefined && (output.isSeries || runsPrograms) && !createsFiles(user, needs)) {
    return `cannot create the files of -w ${output.path}`;
  }
  if (output !== undefined && !user.mayAccess(dirname(output.path), AccessMode.exists)) {
    return `cannot read the free space of ${dirname(output.path)}`; // statfs(2)
  }
  if (report !== undefined && !(hasGroup(user, needs) && mayCreate(user, report))) return `cannot write ${report}`;
  if (input !== undefined && !user.mayAccess(input, AccessMode.read)) return `cannot read ${input} again`;
  return undefined;
}

/** The user nobody creates no files, since every service that runs as nobody could change them. */
function problemForNobody(user: Candidate, needs: ConfinementNeeds): string | undefined {
  const { output, report, runsPrograms = false } = needs;
  if (runsPrograms) return 'has no right to the files that programs process (--on-rotate)';
  if (output?.isSeries === true) return `cannot create the files of -w ${output.path}`;
  if (report !== undefined) return `cannot write ${report}`;
  return problemFor(user, needs);
}

/** Whether the user can create all files of the output. */
function createsFiles(user: Candidate, needs: ConfinementNeeds): boolean {
  const { output } = needs;
  if (output === undefined) return true;
  const { path, isSeries, overwrites } = output;
  if (!hasGroup(user, needs)) return false;
  if (!isSeries) return mayCreate(user, path);
  // Folders whose names contain the time, and files of others that would be overwritten, cannot be checked.
  return !dirname(path).includes('%') && !overwrites && mayCreateIn(user, dirname(path));
}

/** Whether the user can give files their group: chown(2) allows any group of the user. */
function hasGroup({ gid, groups }: Candidate, { group }: ConfinementNeeds): boolean {
  return group === undefined || group === gid || groups.includes(group);
}

/** Whether the user can create or overwrite a regular file. */
function mayCreate(user: Candidate, path: string): boolean {
  if (!existsSync(path)) return mayCreateIn(user, dirname(path));
  return isPlainFile(path) && user.mayAccess(path, AccessMode.read | AccessMode.write);
}

function mayCreateIn(user: Candidate, folder: string): boolean {
  return user.mayAccess(folder, AccessMode.write | AccessMode.search);
}
