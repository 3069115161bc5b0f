/**
 * Restores a snapshot: compares it with the current state, corrects the differences, and repeats until none is left. Side
 * effects (a lower MTU deletes IPv6 addresses, a deleted address its routes) are found by the next comparison. @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import { type CompareOptions, compareSnapshots, type Difference } from './compare.ts';
import type { ConfigureHost } from './host.ts';
import { readLinks } from './scope.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

export interface Restoration {
  /** Corrections that were made. */
  readonly corrected: number;
  /** What still differs; empty if the state is as it was. May contain hostile text. */
  readonly differences: readonly string[];
  /** Errors of the corrections that failed. */
  readonly errors: readonly string[];
}

/** Restoring needs two rounds at most in the tests; a state that other programs change may never become equal. */
const MAX_ROUNDS = 8;
/**
 * Milliseconds in which the kernel still changes objects by itself: it reports a carrier up to a second late, and duplicate
 * address detection takes up to two.
 */
const SETTLE_TIME = 1500;
const DETECTION_TIME = 4000;
const PAUSE = 100;

/** @throws NetlinkError if the state cannot be read */
export async function restoreSnapshot(
  host: ConfigureHost,
  wanted: Snapshot,
  options: CompareOptions,
): Promise<Restoration> {
  const start = performance.now();
  let corrected = 0;
  let errors = new Map<string, string>();
  for (let round = 0; ; ) {
    const differences = compareSnapshots(wanted, await takeCurrent(host, wanted, options.created), options);
    const correctable = differences.filter(({ correct }) => correct !== undefined);
    const patience = differences.length > 0 ? DETECTION_TIME : corrected > 0 ? SETTLE_TIME : 0;
    if (round === MAX_ROUNDS || (correctable.length === 0 && performance.now() - start >= patience)) {
      const left = differences.map(({ text }) => text);
      return { corrected, differences: left, errors: left.flatMap((text) => errors.get(text) ?? []) };
    }
    if (correctable.length === 0) {
      await sleep(PAUSE);
      continue;
    }
    errors = await correctAll(host, correctable);
    corrected += correctable.length - errors.size;
    round += 1;
    if (errors.size > 0) await sleep(PAUSE);
  }
}

/** The current state of the interfaces of a snapshot, and of those that the change created. */
export async function takeCurrent(
  host: ConfigureHost,
  wanted: Snapshot,
  created: readonly string[],
): Promise<Snapshot> {
  const links = created.length === 0 ? [] : await readLinks(host.netlink);
  const others = links.filter(({ name }) => created.includes(name)).map(({ index }) => index);
  const interfaces = [...new Set([...wanted.scope.interfaces, ...others])];
  return takeSnapshot(host, { ...wanted.scope, interfaces });
}

/** Corrects in order, and returns the errors by difference; what fails is tried again after the others, for objects that depend on later ones. */
async function correctAll(host: ConfigureHost, differences: readonly Difference[]): Promise<Map<string, string>> {
  let pending = differences;
  for (;;) {
    const failed = new Map<Difference, string>();
    for (const one of pending) {
      try {
        await one.correct?.(host);
      } catch (error) {
        failed.set(one, `${one.text}: ${messageOf(error)}`);
      }
    }
    if (failed.size === 0 || failed.size === pending.length) {
      return new Map([...failed].map(([{ text }, error]) => [text, error]));
    }
    pending = [...failed.keys()];
  }
}
