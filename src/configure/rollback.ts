/** Ends a pending change: rolls it back, or records its confirmation. The caller holds the lock. @module */
import { readFileSync } from 'node:fs';
import { jsonText } from '../base/text.ts';
import type { ConfigureHost } from './host.ts';
import { decodeJournal } from './journal.ts';
import { type Restoration, restoreSnapshot } from './restore.ts';
import type { StateDirectory } from './state-directory.ts';

/** How a change ended. */
export interface Outcome {
  readonly id: string;
  /** May contain hostile text. */
  readonly title: string;
  /** `discarded`: the kernel was restarted, so nothing was left to restore. */
  readonly result: 'confirmed' | 'rolled back' | 'discarded';
  readonly reason: string;
  /** Undefined unless the change was rolled back. */
  readonly restoration: Restoration | undefined;
  /** Lines of the journal that could not be read. */
  readonly damagedLines: number;
  /** Files that were written when the change was confirmed. */
  readonly files: readonly string[];
}

/** Identifies this boot of the kernel. */
export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

/**
 * Restores the state before the pending change, as far as the journal can be read.
 * @returns undefined if no change is pending
 * @throws NetlinkError if the state of the kernel cannot be read; the change stays pending
 */
export async function rollBack(
  host: ConfigureHost,
  directory: StateDirectory,
  reason: string,
): Promise<Outcome | undefined> {
  const text = directory.readPending();
  if (text === undefined) return undefined;
  const { header, snapshot, damagedLines } = decodeJournal(text);
  const isOfThisBoot = header === undefined || header.bootId === bootId();
  const options = { created: header?.created ?? [], isComplete: damagedLines === 0 };
  const restoration = isOfThisBoot ? await restoreSnapshot(host, snapshot, options) : undefined;
  const outcome: Outcome = {
    id: header?.id ?? '?',
    title: header?.title ?? 'a change whose title is unreadable',
    result: isOfThisBoot ? 'rolled back' : 'discarded',
    reason: isOfThisBoot ? reason : 'the kernel was restarted, which ended the change',
    restoration,
    damagedLines,
    files: [],
  };
  directory.endPending(jsonText(outcome));
  return outcome;
}

/** The outcome of the last change; undefined if there was none, or its record is damaged. */
export function readOutcome(directory: StateDirectory): Outcome | undefined {
  try {
    return JSON.parse(directory.readOutcome() ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
