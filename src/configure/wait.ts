/** Waits for the end of a pending change. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../base/errors.ts';
import { type EngineParts, pendingStatus, revertPending } from './pending.ts';
import { type Outcome, readOutcome } from './rollback.ts';
import { StateDirectory } from './state-directory.ts';

const PAUSE = 200;

/**
 * Resolves when the change is confirmed or rolled back. If its guard ends first, this process rolls it back at once.
 * @returns undefined if `signal` was aborted, or another change followed: the outcome is no longer known
 */
export async function waitForEnd(parts: EngineParts, id: string, signal: AbortSignal): Promise<Outcome | undefined> {
  const directory = StateDirectory.open(parts.directory);
  while (!signal.aborted) {
    const pending = pendingStatus(parts.directory);
    if (pending === undefined || (pending.id !== undefined && pending.id !== id)) {
      const outcome = readOutcome(directory);
      return outcome?.id === id ? outcome : undefined;
    }
    if (!pending.isGuarded) {
      try {
        return await revertPending(parts, 'its guard process ended');
      } catch (error) {
        // Somebody else has just ended it, or is at it.
        if (!(error instanceof StackError) || !['EDIT', 'EDIT_PENDING'].includes(error.code)) throw error;
      }
    }
    await sleep(PAUSE, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** The outcome of the last change in a state directory. */
export function lastOutcome(directory: string): Outcome | undefined {
  const found = StateDirectory.find(directory);
  return found && readOutcome(found);
}
