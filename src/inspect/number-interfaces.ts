/** Numbers interfaces for `-D` and `-i NUMBER`. @module */
import type { NetworkInterface } from './interface.ts';

/** An interface to capture on. */
export interface NumberedInterface {
  /** From 1. */
  readonly number: number;
  readonly name: string;
  /** Undefined for `any`. */
  readonly details: NetworkInterface | undefined;
}

/**
 * Numbers interfaces in the order of tcpdump: those with carrier, `any`, loopback, those without carrier, those that are
 * down; by kernel index among equals.
 */
export function numberInterfaces(interfaces: readonly NetworkInterface[]): readonly NumberedInterface[] {
  const byIndex = interfaces.toSorted((left, right) => left.index - right.index);
  const all = [{ name: 'any', details: undefined }, ...byIndex.map((details) => ({ name: details.name, details }))];
  return all
    .toSorted((left, right) => rankOf(left.details) - rankOf(right.details))
    .map((each, place) => ({ number: place + 1, ...each }));
}

function rankOf(details: NetworkInterface | undefined): number {
  if (details === undefined) return 1;
  if (details.state === 'up') return details.flags.includes('loopback') ? 2 : 0;
  return details.state === 'no carrier' ? 3 : 4;
}
