/**
 * Ranges of values as a list that grows at its head: what is known on one way through the graph is what was known before,
 * and one more. Ways that part share the rest of their lists. @module
 */

import type { Value, VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import { ANYTHING, type Range, rangeOf, unite } from './range.ts';

/** More is not kept, so that huge filters stay cheap. */
const MAX_LENGTH = 128;

interface KnownRange {
  readonly value: Value;
  readonly range: Range;
  readonly before: KnownRange | undefined;
  readonly length: number;
}

export type KnownRanges = KnownRange | undefined;

export function rangeIn(list: KnownRanges, value: Value): Range {
  return rangeOf(value, (part) => {
    if (part.kind === 'constant') return undefined;
    for (let known = list; known !== undefined; known = known.before) if (known.value === part) return known.range;
    return undefined;
  });
}

/** `list`, and that `value` is in `range`, which is no wider than what was known of it. */
export function withRange(list: KnownRanges, value: Value, range: Range): KnownRanges {
  const length = (list?.length ?? 0) + 1;
  if (range === ANYTHING || value.kind === 'constant' || length > MAX_LENGTH) return list;
  return { value, range, before: list, length };
}

/** `list` without what was known of values that `variable` is part of. */
export function withoutVariable(list: KnownRanges, variable: VariableValue): KnownRanges {
  if (list === undefined) return undefined;
  const before = withoutVariable(list.before, variable);
  if (traitsOf(list.value).variables.includes(variable)) return before;
  return before === list.before ? list : withRange(before, list.value, list.range);
}

/** What both lists know. */
export function meetRanges(left: KnownRanges, right: KnownRanges): KnownRanges {
  const common = commonEnd(left, right);
  const seen = new Set<Value>();
  let met = common;
  for (const list of [left, right]) {
    for (let known = list; known !== common && known !== undefined; known = known.before) {
      if (seen.has(known.value)) continue;
      seen.add(known.value);
      met = withRange(met, known.value, unite(rangeIn(left, known.value), rangeIn(right, known.value)));
    }
  }
  return met;
}

function commonEnd(left: KnownRanges, right: KnownRanges): KnownRanges {
  let one = left;
  let other = right;
  while (one !== other) {
    if ((one?.length ?? 0) >= (other?.length ?? 0)) one = one?.before;
    else other = other?.before;
  }
  return one;
}
