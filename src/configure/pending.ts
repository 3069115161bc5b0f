/** The pending change: its status, its confirmation, and its rollback. @module */
import { StackError } from '../base/errors.ts';
import { jsonText } from '../base/text.ts';
import type { StartGuard } from './guard-process.ts';
import type { ConfigureHost } from './host.ts';
import { decodeJournal, type JournalHeader } from './journal.ts';
import { writeFiles } from './persist/write-files.ts';
import { bootId, type Outcome, rollBack } from './rollback.ts';
import { monotonicTime } from './snapshot.ts';
import { type HeldLock, StateDirectory } from './state-directory.ts';
import type { Answers } from './watch.ts';

/** The parts of the engine; tests replace them. */
export interface EngineParts {
  readonly host: ConfigureHost;
  /** Path of the state directory. */
  readonly directory: string;
  readonly startGuard?: StartGuard;
  readonly answers?: Answers;
}

/** Keeps the pending change. @throws StackError `EDIT` if there is none, or its time is over */
export async function confirmPending(parts: EngineParts): Promise<Outcome> {
  requirePrivilege(parts.host);
  const directory = StateDirectory.open(parts.directory);
  using _lock = takeLock(directory, 'a confirmation');
  const { header } = pendingJournal(directory);
  if (header === undefined) {
    throw new StackError(
      'JOURNAL',
      'the journal of the pending change is damaged; `tapline etherconfig revert` restores what can be read',
    );
  }
  if (header.phase === 'applying')
    throw new StackError(
      'EDIT',
      `"${header.title}" was not completed, so it cannot be confirmed; run \`tapline etherconfig revert\``,
    );
  if (monotonicTime() >= header.deadline || header.bootId !== bootId()) {
    throw new StackError('EDIT', `the time to confirm "${header.title}" is over; run \`tapline etherconfig recover\``);
  }
  return confirmLocked(parts.host, directory, header);
}

/** Rolls the pending change back. @throws StackError `EDIT` if there is none */
export async function revertPending(parts: EngineParts, reason = 'it was reverted'): Promise<Outcome> {
  requirePrivilege(parts.host);
  const directory = StateDirectory.open(parts.directory);
  using _lock = takeLock(directory, 'a rollback');
  pendingJournal(directory);
  return (await rollBack(parts.host, directory, reason)) as Outcome;
}

/**
 * Rolls back a change that no guard watches: after a crash, or at boot.
 * @returns undefined if no change is pending
 * @throws StackError `EDIT_PENDING` if a guard watches the change
 */
export async function recoverPending(parts: EngineParts): Promise<Outcome | undefined> {
  requirePrivilege(parts.host);
  const directory = StateDirectory.open(parts.directory);
  using _lock = takeLock(directory, 'a recovery');
  if (directory.readPending() === undefined) return undefined;
  if (directory.hasGuard()) {
    const { header } = pendingJournal(directory);
    throw new StackError('EDIT_PENDING', `the guard process watches "${header?.title}"; confirm or revert it`);
  }
  return rollBack(parts.host, directory, 'its guard process had ended');
}

/** The pending change. */
export interface PendingStatus {
  /** Undefined if the journal is damaged. */
  readonly id: string | undefined;
  readonly title: string | undefined;
  readonly phase: JournalHeader['phase'] | undefined;
  /** Seconds until the rollback; negative if it is overdue. */
  readonly secondsLeft: number | undefined;
  /** False if its guard process has ended. */
  readonly isGuarded: boolean;
}

/** @returns undefined if no change is pending */
export function pendingStatus(directoryPath: string): PendingStatus | undefined {
  const directory = StateDirectory.find(directoryPath);
  const text = directory?.readPending();
  if (directory === undefined || text === undefined) return undefined;
  const { header } = decodeJournal(text);
  return {
    id: header?.id,
    title: header?.title,
    phase: header?.phase,
    secondsLeft: header && Math.round((header.deadline - monotonicTime()) / 1000),
    isGuarded: directory.hasGuard(),
  };
}

/** Confirms a change under the lock. Files first: if one cannot be written, the change stays pending. */
export function confirmLocked(host: ConfigureHost, directory: StateDirectory, header: JournalHeader): Outcome {
  writeFiles(header.files, host.root);
  const outcome: Outcome = {
    id: header.id,
    title: header.title,
    result: 'confirmed',
    reason: '',
    restoration: undefined,
    damagedLines: 0,
    files: header.files.map(({ path }) => path),
  };
  directory.endPending(jsonText(outcome));
  return outcome;
}

function pendingJournal(directory: StateDirectory) {
  const text = directory.readPending();
  if (text === undefined) throw new StackError('EDIT', 'no change waits for confirmation');
  return decodeJournal(text);
}

export function takeLock(directory: StateDirectory, title: string): HeldLock {
  const lock = directory.lock(title);
  if (typeof lock !== 'string') return lock;
  throw new StackError('EDIT_PENDING', `another change is in progress (${lock}); try again when it has ended`);
}

export function requirePrivilege(host: ConfigureHost): void {
  if (host.canEdit()) return;
  throw new StackError(
    'PRIVILEGE',
    'changing links needs CAP_NET_ADMIN and the rights to write /proc/sys/net; run as root',
  );
}
