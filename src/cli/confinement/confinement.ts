/**
 * Gives up what a command no longer needs once its sockets are open: the user root, capabilities, system calls, and
 * writes outside its output folders (SECURITY.md, docs/adr/0021-confinement-when-the-sockets-are-open.md). A step that the
 * kernel refuses never stops the command; `-v` reports it. @module
 */
import { dirname } from 'node:path';
import { messageOf, StackError } from '../../base/errors.ts';
import { printable } from '../../base/text.ts';
import { limitBoundingSet, setNoNewPrivileges } from '../../sys/capabilities.ts';
import type { CapabilityName } from '../../sys/constants.ts';
import { becomeUser, currentIdentity, prepareReturn } from '../../sys/credentials.ts';
import { installSystemCallFilter } from '../../sys/seccomp.ts';
import { OWN_ARCHITECTURE } from '../../sys/syscall-numbers.ts';
import type { User } from '../../sys/users.ts';
import type { CommandContext } from '../context.ts';
import { type ConfinementNeeds, type ConfinementPlan, planConfinement } from './confinement-plan.ts';
import { systemCallProgram } from './seccomp-program.ts';
import { NOBODY } from './target-user.ts';
import { limitThread, limitWrites, type ThreadRights } from './thread-rights.ts';

/** Writes V8's code cache, which the later user may not. Defined by scripts/bundle.mjs. */
declare const SAVE_CODE_CACHE: () => void;

export class Confinement {
  readonly #needs: ConfinementNeeds;
  readonly #plan: ConfinementPlan;
  readonly #report: ((text: string) => void) | undefined;
  readonly #done: string[] = [];

  /**
   * Decides as whom the command continues. Call it before sockets are opened.
   * @throws StackError `USAGE`
   */
  constructor(needs: ConfinementNeeds, { stderr }: CommandContext) {
    this.#needs = needs;
    this.#plan = planConfinement(needs);
    if (needs.isVerbose) this.#report = (text) => stderr.write(`tapline: ${printable(text)}\n`);
  }

  /** Capabilities with which threads that write files must call `prepareReturn` before `enter`; undefined: none must. */
  get returnsWith(): readonly CapabilityName[] | undefined {
    return this.#plan.kind === 'root' ? this.#plan.kept : undefined;
  }

  /**
   * Confines the process. Call it on the main thread, when its sockets are open.
   * @param createFiles creates the files that are open from now on; called as the user who shall own them
   * @returns its result, and the rights of other threads that write files; see `confineThread`
   * @throws what `createFiles` throws; StackError `PRIVILEGE` if the kernel refuses the user of `-Z`
   */
  enter<Files>(createFiles: () => Files): { readonly files: Files; readonly rights: ThreadRights } {
    SAVE_CODE_CACHE();
    this.#try('no_new_privs is not set', () => {
      setNoNewPrivileges();
      return undefined;
    });
    const isEarly = this.#plan.kind === 'user' && this.#plan.beforeFiles;
    let rights = isEarly ? this.#changeUser() : undefined;
    const files = createFiles();
    rights ??= this.#changeUser();
    this.#limitWrites(rights);
    this.#try('system calls are not filtered', () => this.#filterSystemCalls());
    this.#report?.(this.#done.join('; '));
    return { files, rights };
  }

  /** @throws StackError `PRIVILEGE` if the kernel refuses the user of `-Z` */
  #changeUser(): ThreadRights {
    const plan = this.#plan;
    const folders = this.#needs.runsPrograms === true ? undefined : outputFolders(this.#needs);
    if (plan.kind === 'user') {
      limitBoundingSet([]); // while this thread may still do it
      if (this.#become(plan.user)) return this.#limitThread({ root: undefined, kept: [], folders });
    } else if (plan.kind === 'root') {
      if (plan.reason !== undefined) this.#done.push(plan.reason);
      const root = currentIdentity();
      // Threads of V8, which write no files, remain unprivileged; this one returns.
      if (prepareReturn(plan.kept) && this.#become(NOBODY))
        return this.#limitThread({ root, kept: plan.kept, folders });
    }
    return this.#limitThread({ root: undefined, kept: plan.kept, folders });
  }

  /** Returns false if the kernel refuses. @throws StackError `PRIVILEGE` if the user is that of `-Z` */
  #become(user: User): boolean {
    try {
      becomeUser(user);
      return true;
    } catch (cause) {
      const { syscall, code } = cause as NodeJS.ErrnoException;
      const problem = `cannot become ${user.name}: ${syscall}: ${code}`;
      if (user.name === this.#needs.user) throw new StackError('PRIVILEGE', `${problem}; omit -Z`, { cause });
      this.#done.push(problem);
      return false;
    }
  }

  #limitThread(rights: ThreadRights): ThreadRights {
    this.#try('capabilities are not dropped', () => {
      const remaining = limitThread(rights);
      const user = `continues as user ${process.geteuid?.()}`;
      return `${user} with ${remaining.length === 0 ? 'no capabilities' : remaining.join(', ')}`;
    });
    return rights;
  }

  #limitWrites(rights: ThreadRights): void {
    const { folders } = rights;
    if (folders === undefined) return;
    this.#try('writes are not limited', () => {
      limitWrites(rights);
      return folders.length === 0 ? 'no file can be written' : `writes only in ${folders.join(', ')}`;
    });
  }

  #filterSystemCalls(): string {
    if (OWN_ARCHITECTURE === undefined) throw new StackError('START', `not implemented for ${process.arch}`);
    const { runsPrograms = false, looksUpNames = false } = this.#needs;
    const sockets = runsPrograms || looksUpNames ? 'names' : 'none';
    installSystemCallFilter(systemCallProgram(OWN_ARCHITECTURE, { runsPrograms, sockets }));
    return 'system calls are filtered';
  }

  #try(otherwise: string, step: () => string | undefined): void {
    try {
      const result = step();
      if (result !== undefined) this.#done.push(result);
    } catch (error) {
      this.#done.push(`${otherwise}: ${messageOf(error)}`);
    }
  }
}

/** Returns the folders of all files that are created later; the fixed part of those whose names contain the time. */
function outputFolders({ output, report }: ConfinementNeeds): readonly string[] {
  const paths = [output?.path, report].filter((path) => path !== undefined);
  return [...new Set(paths.map((path) => dirname(path.replace(/%.*$/s, ''))))];
}
