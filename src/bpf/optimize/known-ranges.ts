/**
 * Known ranges of values, as a list that grows at its head. Paths that separate share the rest of their lists. @module
 */

import { fold, naturalMask, type Value, type VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import { ALL_ONES, ANYTHING, exactly, fewNumbers, holds, interval, type Range, unite } from './range.ts';

/** A list of this length is shortened, to bound the work on large filters. */
const MAX_LENGTH = 40;
/** Length of a shortened list. The oldest facts stay, since those on link and network protocols are needed most. */
const KEPT_LENGTH = 20;

interface KnownRange {
  readonly value: Value;
  readonly range: Range;
  readonly before: KnownRange | undefined;
  readonly length: number;
}

export type KnownRanges = KnownRange | undefined;

/** Returns the range of `value`. */
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

/** Returns whether the ranges of operations on `value` rule out that it is `k`. */
export function excludes(list: KnownRanges, value: Value, k: number): boolean {
  for (let known = list; known !== undefined; known = known.before) {
    const { value: result, range } = known;
    if (result.kind !== 'binary' || result.left !== value || result.right.kind !== 'constant') continue;
    if (result.operator === 'div' || result.operator === 'mod') continue;
    if (!holds(range, fold(result.operator, k, result.right.value))) return true;
  }
  return false;
}

/** Returns the range of an operation with the constant `k` on `left`. */
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

/** Adds that `value` is in `range`, which must be within its known range. */
export function withRange(list: KnownRanges, value: Value, range: Range): KnownRanges {
  if (range === ANYTHING || value.kind === 'constant') return list;
  if (list?.value === value) return { ...list, range };
  if (list === undefined || list.length < MAX_LENGTH) {
    return { value, range, before: list, length: (list?.length ?? 0) + 1 };
  }
  return withRange(shortened(list), value, range);
}

/** Keeps the latest range of each value, as far as there is room. */
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

/** Removes the ranges of values that contain `variable`. */
export function withoutVariable(list: KnownRanges, variable: VariableValue): KnownRanges {
  if (list === undefined) return undefined;
  const before = withoutVariable(list.before, variable);
  if (traitsOf(list.value).variables.includes(variable)) return before;
  return before === list.before ? list : withRange(before, list.value, list.range);
}

/** Returns the ranges that hold in both lists. */
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
