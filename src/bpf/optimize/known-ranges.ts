/**
 * Ranges of values as a list that grows at its head: what is known on one way through the graph is what was known before,
 * and one more. Ways that part share the rest of their lists. @module
 */

import { fold, naturalMask, type Value, type VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import { ALL_ONES, ANYTHING, exactly, fewNumbers, holds, interval, type Range, unite } from './range.ts';

/** A list that has grown to this is made shorter, so that huge filters stay cheap. */
const MAX_LENGTH = 40;
/** What is left of it at most: what was known first, link and network protocols, is asked for most. */
const KEPT_LENGTH = 20;

interface KnownRange {
  readonly value: Value;
  readonly range: Range;
  readonly before: KnownRange | undefined;
  readonly length: number;
}

export type KnownRanges = KnownRange | undefined;

/** The numbers that `value` can be. */
export function rangeIn(list: KnownRanges, value: Value): Range {
  if (value.kind === 'constant') return exactly(value.value);
  for (let known = list; known !== undefined; known = known.before) if (known.value === value) return known.range;
  switch (value.kind) {
    case 'load':
      return value.size === 4 ? ANYTHING : interval(0, naturalMask(value));
    case 'headerLength':
      return interval(0, naturalMask(value));
    case 'binary':
      return value.right.kind === 'constant'
        ? rangeOfResult(value, rangeIn(list, value.left), value.right.value)
        : interval(0, naturalMask(value));
    default:
      return ANYTHING;
  }
}

/** Whether `value` cannot be `k`, because of what is known of results of operations on it. */
export function excludes(list: KnownRanges, value: Value, k: number): boolean {
  for (let known = list; known !== undefined; known = known.before) {
    const { value: result, range } = known;
    if (result.kind !== 'binary' || result.left !== value || result.right.kind !== 'constant') continue;
    if (result.operator === 'div' || result.operator === 'mod') continue;
    if (!holds(range, fold(result.operator, k, result.right.value))) return true;
  }
  return false;
}

/** What an operation with the constant `k` makes of `left`. */
function rangeOfResult(value: Extract<Value, { kind: 'binary' }>, left: Range, k: number): Range {
  const { operator } = value;
  if (left.only !== undefined && operator !== 'div' && operator !== 'mod') {
    return fewNumbers([...new Set(left.only.map((number) => fold(operator, number, k)))].sort((a, b) => a - b));
  }
  if (operator === 'and') return interval(0, Math.min(naturalMask(value), left.high));
  if (operator === 'rsh') return interval(left.low >>> k, left.high >>> k);
  if (operator === 'add' && left.high + k <= ALL_ONES) return interval(left.low + k, left.high + k);
  return interval(0, naturalMask(value));
}

/** `list`, and that `value` is in `range`, which is no wider than what was known of it. */
export function withRange(list: KnownRanges, value: Value, range: Range): KnownRanges {
  if (range === ANYTHING || value.kind === 'constant') return list;
  if (list?.value === value) return { ...list, range };
  if (list === undefined || list.length < MAX_LENGTH) {
    return { value, range, before: list, length: (list?.length ?? 0) + 1 };
  }
  return withRange(shortened(list), value, range);
}

/** The latest that is known of each value, as far as there is room. */
function shortened(list: KnownRange): KnownRanges {
  const latest = new Map<Value, Range>();
  for (let known: KnownRanges = list; known !== undefined; known = known.before) {
    if (!latest.has(known.value)) latest.set(known.value, known.range);
  }
  let shorter: KnownRanges;
  for (const [value, range] of [...latest].toReversed().slice(0, KEPT_LENGTH)) {
    shorter = { value, range, before: shorter, length: (shorter?.length ?? 0) + 1 };
  }
  return shorter;
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
