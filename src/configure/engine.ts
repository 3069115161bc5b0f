/**
 * Makes a change of the host's links, with a way back: journal, guard, change, verification, and then either confirmation
 * or rollback. Nothing is changed before the guard watches. @module
 */
import { randomUUID } from 'node:crypto';
import { messageOf, StackError } from '../base/errors.ts';
import type { Edit, Plan } from './edit.ts';
import { startGuardProcess } from './guard-process.ts';
import type { ConfigureHost } from './host.ts';
import { decodeJournal, encodeJournal, type JournalHeader, type WatchedAddress } from './journal.ts';
import { confirmLocked, type EngineParts, requirePrivilege, takeLock } from './pending.ts';
import { type FullPlan, type PlanOptions, planEdit } from './plan.ts';
import { type Restoration, restoreSnapshot } from './restore.ts';
import { bootId, type Outcome, rollBack } from './rollback.ts';
import { monotonicTime, takeSnapshot } from './snapshot.ts';
import { StateDirectory } from './state-directory.ts';
import { answering, answersPing } from './watch.ts';

/** Seconds to confirm a change, by default. */
export const CONFIRM_TIME = 120;

export interface ApplyOptions extends PlanOptions {
  /** Seconds until an unconfirmed change is rolled back. */
  readonly confirmTime: number;
  /** Confirms the change as soon as it is verified. */
  readonly now: boolean;
}

export type ConfigureEvent =
  | { readonly type: 'planned'; readonly plan: FullPlan }
  /** The host has these settings already: nothing is done. */
  | { readonly type: 'unchanged'; readonly title: string }
  /** The guard watches; from here on, the change is rolled back unless it is confirmed. */
  | { readonly type: 'guarded'; readonly id: string; readonly pid: number; readonly watched: readonly WatchedAddress[] }
  | { readonly type: 'applied'; readonly title: string }
  /** The change waits for confirmation. */
  | { readonly type: 'pending'; readonly id: string; readonly title: string; readonly seconds: number }
  | { readonly type: 'ended'; readonly outcome: Outcome };

/**
 * Makes a change. The last event is `unchanged`, `pending` or `ended`.
 * @throws StackError `EDIT` if the change is refused, or was rolled back because it failed; `EDIT_PENDING` if another one is
 * in progress; `GUARD` and `JOURNAL` if the way back cannot be prepared, and `PRIVILEGE` without CAP_NET_ADMIN: then nothing
 * was changed
 */
export async function* applyEdit(
  parts: EngineParts,
  edit: Edit,
  options: ApplyOptions,
): AsyncGenerator<ConfigureEvent, void, undefined> {
  const pending = yield* applyLocked(parts, edit, options);
  // Without the lock: others may confirm the change now, and so may the caller.
  if (pending !== undefined) yield pending;
}

const TOO_LATE = 'the time to confirm ended before the change was made; it is not in effect; add --timeout SECONDS';

type PendingEvent = Extract<ConfigureEvent, { readonly type: 'pending' }>;

async function* applyLocked(
  parts: EngineParts,
  edit: Edit,
  options: ApplyOptions,
): AsyncGenerator<ConfigureEvent, PendingEvent | undefined, undefined> {
  const { host, answers = answersPing, startGuard = startGuardProcess } = parts;
  requirePrivilege(host);
  const directory = StateDirectory.open(parts.directory);
  using _lock = takeLock(directory, titleOf(edit));
  refusePending(directory);
  const plan = await planEdit(host, edit, options);
  yield { type: 'planned', plan };
  if (plan.changes.length === 0) {
    yield { type: 'unchanged', title: plan.title };
    return undefined;
  }
  const watched = await answering(plan.candidates, answers);
  const snapshot = await takeSnapshot(host, plan.scope);
  const header: JournalHeader = {
    id: randomUUID(),
    title: plan.title,
    phase: 'applying',
    bootId: bootId(),
    deadline: monotonicTime() + options.confirmTime * 1000,
    created: plan.created,
    watched,
    files: plan.files,
    takenAt: snapshot.takenAt,
    scope: plan.scope,
  };
  directory.writePending(encodeJournal(header, snapshot));
  const pid = await guardOrDiscard(() => startGuard(parts.directory), directory);
  let isMade = false;
  try {
    yield { type: 'guarded', id: header.id, pid, watched };
    if (monotonicTime() >= header.deadline) throw new StackError('EDIT', TOO_LATE);
    await make(host, directory, plan);
    // A guard does not wait for a program that was stopped: it may have ended the change already.
    if (decodeJournal(directory.readPending() ?? '').header?.id !== header.id) {
      const { differences } = await restoreSnapshot(host, snapshot, { created: plan.created, isComplete: true });
      throw new StackError(
        'EDIT',
        `${TOO_LATE}${differences.length === 0 ? '' : `; not restored: ${differences.join('; ')}`}`,
      );
    }
    isMade = true;
  } finally {
    // Also when the caller of the generator stops here.
    if (!isMade && directory.readPending() !== undefined)
      await rollBack(host, directory, 'the change was not completed');
  }
  yield { type: 'applied', title: plan.title };
  if (options.now) {
    yield { type: 'ended', outcome: confirmLocked(host, directory, header) };
    return undefined;
  }
  directory.writePending(encodeJournal({ ...header, phase: 'applied' }, snapshot));
  return { type: 'pending', id: header.id, title: plan.title, seconds: options.confirmTime };
}

async function make(host: ConfigureHost, directory: StateDirectory, plan: Plan): Promise<void> {
  let problem: string | undefined;
  let cause: unknown;
  try {
    await plan.apply(host);
    problem = (await plan.verify(host)).join('; ') || undefined;
  } catch (error) {
    problem = messageOf(error);
    cause = error;
  }
  if (problem === undefined) return;
  const outcome = await rollBack(host, directory, problem);
  throw new StackError('EDIT', `${problem}; ${restoredText(outcome?.restoration)}`, { cause });
}

/** The end of a message about a change that was rolled back. */
export function restoredText(restoration: Restoration | undefined): string {
  const differences = restoration?.differences ?? [];
  if (differences.length === 0) return 'the state before the change is restored';
  return `the state before the change is restored, except: ${differences.join('; ')}`;
}

async function guardOrDiscard(start: () => Promise<number>, directory: StateDirectory): Promise<number> {
  try {
    return await start();
  } catch (error) {
    directory.discardPending();
    throw error;
  }
}

function refusePending(directory: StateDirectory): void {
  const text = directory.readPending();
  if (text === undefined) return;
  const title = decodeJournal(text).header?.title ?? 'a change whose title is unreadable';
  const advice = directory.hasGuard()
    ? '`tapline etherconfig confirm` or `revert` ends it'
    : 'its guard process has ended: `tapline etherconfig recover` restores the state before it';
  throw new StackError('EDIT_PENDING', `another change waits for confirmation (${title}); ${advice}`);
}

function titleOf(edit: Edit): string {
  const name = 'interface' in edit ? edit.interface : 'name' in edit ? edit.name : undefined;
  return name === undefined ? edit.kind : `${edit.kind} of ${name}`;
}
