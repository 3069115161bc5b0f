/** The guard: rolls back a change that is not confirmed. It runs in a process of its own, which outlives the others. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, StackError } from '../base/errors.ts';
import type { ConfigureHost } from './host.ts';
import { decodeJournal, type JournalHeader } from './journal.ts';
import { takeCurrent } from './restore.ts';
import { type Outcome, rollBack } from './rollback.ts';
import { monotonicTime } from './snapshot.ts';
import type { HeldLock, StateDirectory } from './state-directory.ts';
import { type Answers, firstDead } from './watch.ts';

export interface GuardParts {
  readonly host: ConfigureHost;
  readonly directory: StateDirectory;
  readonly answers: Answers;
  /** Called when the guard has read the journal and the state of the kernel. */
  ready(): void;
  /** Whether the program that makes the change has ended. */
  hasParentEnded(): boolean;
  /** Whether the guard was asked to end (SIGTERM). */
  isStopped(): boolean;
}

/** The line that the guard process prints when it watches the change; any other is an error. */
export const GUARD_READY = 'ready';

const PAUSE = 100;
/** Attempts to take the locks, one per pause: the previous guard ends within one pause, a stopped program never. */
const GUARD_LOCK_ATTEMPTS = 50;
const LOCK_ATTEMPTS = 50;
const ROLLBACK_ATTEMPTS = 5;

/**
 * Watches the pending change until it is confirmed or must be rolled back.
 * @returns the outcome if this guard rolled it back
 * @throws StackError `GUARD` if another guard is running, or the journal is unusable
 */
export async function runGuard(parts: GuardParts): Promise<Outcome | undefined> {
  const { directory, host } = parts;
  using lock = await retry(() => directory.lockGuard(), GUARD_LOCK_ATTEMPTS);
  if (lock === undefined) throw new StackError('GUARD', 'another guard process is running');
  const journal = decodeJournal(directory.readPending() ?? '');
  const { header } = journal;
  if (header === undefined || journal.damagedLines > 0) throw new StackError('GUARD', 'the journal cannot be read');
  await takeCurrent(host, journal.snapshot, header.created); // fails here rather than at the deadline
  parts.ready();
  const reason = await waitForReason(parts, header);
  if (reason === undefined) return undefined;
  using _held = await retry(() => onlyLock(directory.lock(header.title)), LOCK_ATTEMPTS);
  return rollBackPatiently(parts, header, reason);
}

/** Resolves to the reason for a rollback; undefined if the change is no longer pending. */
async function waitForReason(parts: GuardParts, first: JournalHeader): Promise<string | undefined> {
  const { directory } = parts;
  const ended = new AbortController();
  let version: string | undefined = ''; // the journal may have changed since it was read
  let dead: string | undefined;
  let phase = first.phase;
  const watch = (header: JournalHeader): void => {
    firstDead(header.watched, parts.answers, ended.signal).then(
      (one) => {
        if (one !== undefined) dead = `the ${one.role} ${one.address} no longer answers`;
      },
      () => undefined, // without probes, the deadline remains
    );
  };
  try {
    for (;;) {
      const now = directory.pendingVersion();
      if (now !== version) {
        const header = decodeJournal(directory.readPending() ?? '').header;
        if (now === undefined || (header !== undefined && header.id !== first.id)) return undefined;
        version = now;
        if (header?.phase === 'applied' && phase !== 'applied') watch(header);
        phase = header?.phase ?? phase;
      }
      if (monotonicTime() >= first.deadline) return 'it was not confirmed in time';
      if (phase === 'applying' && parts.hasParentEnded()) return 'the program that made the change ended early';
      if (parts.isStopped()) return 'the guard process was asked to end';
      if (dead !== undefined) return dead;
      await sleep(PAUSE);
    }
  } finally {
    ended.abort();
  }
}

async function rollBackPatiently(
  { directory, host }: GuardParts,
  header: JournalHeader,
  reason: string,
): Promise<Outcome | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    // Confirmed or rolled back by somebody else while we waited for the lock.
    const pending = decodeJournal(directory.readPending() ?? '').header;
    if (pending !== undefined && pending.id !== header.id) return undefined;
    try {
      return await rollBack(host, directory, reason);
    } catch (error) {
      if (attempt === ROLLBACK_ATTEMPTS) throw new StackError('GUARD', `cannot roll back: ${messageOf(error)}`);
      await sleep(PAUSE * attempt);
    }
  }
}

/** A lock that is held for longer belongs to a program that was stopped; the rollback does not wait for it. */
function onlyLock(lock: HeldLock | string): HeldLock | undefined {
  return typeof lock === 'string' ? undefined : lock;
}

async function retry<T>(take: () => T | undefined, attempts: number): Promise<T | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const taken = take();
    if (taken !== undefined || attempt === attempts) return taken;
    await sleep(PAUSE);
  }
}
