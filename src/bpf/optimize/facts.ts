/**
 * Facts that hold at a place of the graph: the outcomes of tests on every path to it, and the length that the packet has
 * because loads have succeeded. Facts are immutable; each step makes new ones. @module
 */

import type { Value, VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import { decide, type TestNode } from './graph.ts';
import { excludes, type KnownRanges, meetRanges, rangeIn, withoutVariable, withRange } from './known-ranges.ts';
import { exactly, type Range, within, withoutNumber } from './range.ts';

/** The interface of a kind of facts. */
export interface Facts<Self> {
  /** Returns the outcome of `test`, if it is known. */
  outcome(test: TestNode): boolean | undefined;
  /** Returns whether the loads in `value` cannot reject the packet any more. */
  covers(value: Value): boolean;
  afterTest(test: TestNode, outcome: boolean): Self;
  afterLoad(value: Value): Self;
  afterAssign(variable: VariableValue, value: Value): Self;
  /** Returns the facts that hold on both of two paths. */
  meet(other: Self): Self;
}

/** The end of the bytes that the packet has, by base of the loads. */
type Ends = ReadonlyMap<number, number>;

/** Facts about ranges of values, for the optimiser. */
export class RangeFacts implements Facts<RangeFacts> {
  /** Returns the facts at the start of a program, where these variables are 0. */
  static atStart(variables: Iterable<VariableValue>): RangeFacts {
    let ranges: KnownRanges;
    for (const variable of variables) ranges = withRange(ranges, variable, exactly(0));
    return new RangeFacts(ranges, new Map());
  }

  readonly #ranges: KnownRanges;
  readonly #ends: Ends;

  private constructor(ranges: KnownRanges, ends: Ends) {
    this.#ranges = ranges;
    this.#ends = ends;
  }

  outcome({ value, comparison, operand }: TestNode): boolean | undefined {
    if (value === operand) return comparison !== 'greater';
    if (operand.kind !== 'constant') return undefined;
    const range = rangeIn(this.#ranges, value);
    const k = operand.value;
    if (range.only !== undefined) {
      const first = decide(range.only[0] ?? 0, comparison, k);
      return range.only.every((number) => decide(number, comparison, k) === first) ? first : undefined;
    }
    switch (comparison) {
      case 'equal':
        if (k < range.low || k > range.high || range.except.includes(k)) return false;
        return excludes(this.#ranges, value, k) ? false : undefined;
      case 'greater':
        return range.low > k ? true : range.high <= k ? false : undefined;
      case 'greaterOrEqual':
        return range.low >= k ? true : range.high < k ? false : undefined;
    }
  }

  covers(value: Value): boolean {
    const { loads, divides } = traitsOf(value);
    return !divides && loads.every(({ base, end }) => (this.#ends.get(base) ?? 0) >= end);
  }

  afterTest(test: TestNode, outcome: boolean): RangeFacts {
    const { value, operand } = test;
    const ends = this.#endsAfter(operand, this.#endsAfter(value, this.#ends));
    if (operand.kind !== 'constant') return new RangeFacts(this.#ranges, ends);
    const range = narrow(rangeIn(this.#ranges, value), test, operand.value, outcome);
    return new RangeFacts(withRange(this.#ranges, value, range), ends);
  }

  afterLoad(value: Value): RangeFacts {
    return new RangeFacts(this.#ranges, this.#endsAfter(value, this.#ends));
  }

  afterAssign(variable: VariableValue, value: Value): RangeFacts {
    const range = rangeIn(this.#ranges, value);
    const ends = new Map(this.#endsAfter(value, this.#ends));
    ends.delete(variable.id);
    return new RangeFacts(withRange(withoutVariable(this.#ranges, variable), variable, range), ends);
  }

  meet(other: RangeFacts): RangeFacts {
    if (this === other) return this;
    return new RangeFacts(meetRanges(this.#ranges, other.#ranges), meetEnds(this.#ends, other.#ends));
  }

  #endsAfter(value: Value, ends: Ends): Ends {
    let after: Map<number, number> | undefined;
    for (const { base, end } of traitsOf(value).loads) {
      if (((after ?? ends).get(base) ?? 0) >= end) continue;
      after ??= new Map(ends);
      after.set(base, end);
    }
    return after ?? ends;
  }
}

function meetEnds(left: Ends, right: Ends): Ends {
  if (left === right) return left;
  const ends = new Map<number, number>();
  for (const [base, end] of left) {
    const common = Math.min(end, right.get(base) ?? 0);
    if (common > 0) ends.set(base, common);
  }
  return ends;
}

function narrow(range: Range, { comparison }: TestNode, k: number, outcome: boolean): Range {
  switch (comparison) {
    case 'equal':
      return outcome ? exactly(k) : withoutNumber(range, k);
    case 'greater':
      return outcome ? within(range, k + 1, Number.POSITIVE_INFINITY) : within(range, 0, k);
    case 'greaterOrEqual':
      return outcome ? within(range, k, Number.POSITIVE_INFINITY) : within(range, 0, k - 1);
  }
}
