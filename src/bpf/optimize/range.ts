/** Sets of 32-bit numbers: a few numbers, or an interval without a few numbers. @module */
export interface Range {
  readonly low: number;
  readonly high: number;
  /** Excluded numbers of the interval. */
  readonly except: readonly number[];
  /** All numbers in ascending order, if there are few. */
  readonly only: readonly number[] | undefined;
}

export const ALL_ONES = 0xffff_ffff;
/** Longer lists become the interval around them. */
const MAX_LIST = 12;

export const ANYTHING: Range = { low: 0, high: ALL_ONES, except: [], only: undefined };

export function exactly(k: number): Range {
  return { low: k, high: k, except: [], only: [k] };
}

/** Makes the interval from `low` to `high`, both inclusive, without the numbers of `except`. */
export function interval(low: number, high: number, except: readonly number[] = []): Range {
  if (low === high) return exactly(low);
  if (low <= 0 && high >= ALL_ONES && except.length === 0) return ANYTHING;
  return { low, high, except, only: undefined };
}

/** Makes the set of these numbers, which are in ascending order. */
export function fewNumbers(numbers: readonly number[]): Range {
  const low = numbers[0] ?? 0;
  const high = numbers.at(-1) ?? ALL_ONES;
  return numbers.length > MAX_LIST ? interval(low, high) : { low, high, except: [], only: numbers };
}

/** Returns the part of `range` between `low` and `high`. */
export function within(range: Range, low: number, high: number): Range {
  if (range.only !== undefined) return fewNumbers(range.only.filter((number) => number >= low && number <= high));
  const from = Math.max(range.low, low);
  const to = Math.min(range.high, high);
  return trim(from, to, range.except);
}

export function withoutNumber(range: Range, k: number): Range {
  if (range.only !== undefined) return fewNumbers(range.only.filter((number) => number !== k));
  if (k < range.low || k > range.high || range.except.includes(k)) return range;
  const except = range.except.length < MAX_LIST ? [...range.except, k] : [...range.except.slice(1), k];
  const inside = k > range.low && k < range.high;
  return inside ? { low: range.low, high: range.high, except, only: undefined } : trim(range.low, range.high, except);
}

/** Shrinks an interval until its ends are not excluded. */
function trim(low: number, high: number, except: readonly number[]): Range {
  let from = low;
  let to = high;
  while (from < to && except.includes(from)) from += 1;
  while (to > from && except.includes(to)) to -= 1;
  return interval(
    from,
    to,
    except.filter((number) => number > from && number < to),
  );
}

/** Returns the union. */
export function unite(left: Range, right: Range): Range {
  if (left === ANYTHING || right === ANYTHING) return ANYTHING;
  if (left.only !== undefined && right.only !== undefined) {
    return fewNumbers([...new Set([...left.only, ...right.only])].sort((a, b) => a - b));
  }
  const except = [...left.except, ...right.except].filter((number) => !holds(left, number) && !holds(right, number));
  return interval(
    Math.min(left.low, right.low),
    Math.max(left.high, right.high),
    [...new Set(except)].slice(-MAX_LIST),
  );
}

/** Returns whether `number` is in `range`. */
export function holds(range: Range, number: number): boolean {
  if (range.only !== undefined) return range.only.includes(number);
  return number >= range.low && number <= range.high && !range.except.includes(number);
}
