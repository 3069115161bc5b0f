/**
 * What is known at a place of the graph: outcomes of the tests on every way to it, and how long the packet must be since
 * loads have succeeded. Facts never change; each step makes new ones. @module
 */
import { mayDivideByZero, type Value, type VariableValue, walkValue } from '../compile/value.ts';
import { decide, type TestNode } from './graph.ts';
import { ANYTHING, exactly, type Range, rangeOf, unite, within, withoutNumber } from './range.ts';

/** More facts than this are not kept, so that huge filters stay cheap. */
const MAX_FACTS = 128;
/** The key of `#ends` for loads at fixed offsets, and the one for ancillary loads. */
const FIXED = -1;
const ANCILLARY = -2;

/** What a kind of reasoning must answer. */
export interface Facts<Self> {
  /** The outcome of `test`, if it is known. */
  outcome(test: TestNode): boolean | undefined;
  /** Whether the loads in `value` cannot reject the packet any more. */
  covers(value: Value): boolean;
  afterTest(test: TestNode, outcome: boolean): Self;
  afterLoad(value: Value): Self;
  afterAssign(variable: VariableValue, value: Value): Self;
  /** What holds on both of two ways. */
  meet(other: Self): Self;
}

/** Ranges of values: finds out what can be known. */
export class RangeFacts implements Facts<RangeFacts> {
  /** Nothing is known. (A getter: tsc 6.0.3 compiles a static field of the class's own type wrongly here.) */
  static get none(): RangeFacts {
    return new RangeFacts(new Map(), new Map());
  }

  readonly #ranges: ReadonlyMap<Value, Range>;
  /** By base of the loads: the end of the bytes that are there. */
  readonly #ends: ReadonlyMap<number, number>;

  private constructor(ranges: ReadonlyMap<Value, Range>, ends: ReadonlyMap<number, number>) {
    this.#ranges = ranges;
    this.#ends = ends;
  }

  rangeOf(value: Value): Range {
    return rangeOf(value, (part) => this.#ranges.get(part));
  }

  outcome({ value, comparison, operand }: TestNode): boolean | undefined {
    if (value === operand) return comparison !== 'greater';
    const left = this.rangeOf(value);
    if (operand.kind !== 'constant') return undefined;
    const k = operand.value;
    if (left.only !== undefined) {
      const outcomes = new Set(left.only.map((number) => decide(number, comparison, k)));
      return outcomes.size === 1 ? outcomes.has(true) : undefined;
    }
    switch (comparison) {
      case 'equal':
        return k < left.low || k > left.high || left.except.includes(k) ? false : undefined;
      case 'greater':
        return left.low > k ? true : left.high <= k ? false : undefined;
      case 'greaterOrEqual':
        return left.low >= k ? true : left.high < k ? false : undefined;
    }
  }

  covers(value: Value): boolean {
    let covered = true;
    walkValue(value, (part) => {
      const end = endOf(part);
      if (end !== undefined && (this.#ends.get(end.base) ?? 0) < end.end) covered = false;
      if (part.kind === 'binary' && mayDivideByZero(part.operator, part.right)) covered = false;
    });
    return covered;
  }

  afterTest(test: TestNode, outcome: boolean): RangeFacts {
    const { value, operand } = test;
    const loaded = this.afterLoad(value).afterLoad(operand);
    if (operand.kind !== 'constant') return loaded;
    return loaded.#with(value, narrow(this.rangeOf(value), test, operand.value, outcome));
  }

  afterLoad(value: Value): RangeFacts {
    if (this.covers(value)) return this;
    const ends = new Map(this.#ends);
    walkValue(value, (part) => {
      const end = endOf(part);
      if (end !== undefined) ends.set(end.base, Math.max(ends.get(end.base) ?? 0, end.end));
    });
    return new RangeFacts(this.#ranges, ends);
  }

  afterAssign(variable: VariableValue, value: Value): RangeFacts {
    const loaded = this.afterLoad(value);
    const range = this.rangeOf(value);
    const ranges = new Map([...loaded.#ranges].filter(([known]) => !contains(known, variable)));
    const ends = new Map(loaded.#ends);
    ends.delete(variable.id);
    return new RangeFacts(ranges, ends).#with(variable, range);
  }

  meet(other: RangeFacts): RangeFacts {
    if (this === other) return this;
    const ranges = new Map<Value, Range>();
    for (const [value, range] of this.#ranges) {
      const united = unite(range, other.rangeOf(value));
      if (united !== ANYTHING) ranges.set(value, united);
    }
    for (const [value, range] of other.#ranges) {
      if (this.#ranges.has(value)) continue;
      const united = unite(range, this.rangeOf(value));
      if (united !== ANYTHING) ranges.set(value, united);
    }
    const ends = new Map<number, number>();
    for (const [base, end] of this.#ends) {
      const common = Math.min(end, other.#ends.get(base) ?? 0);
      if (common > 0) ends.set(base, common);
    }
    return new RangeFacts(ranges, ends);
  }

  /** A text that is the same for facts that say the same about these values. */
  signature(relevant: ReadonlySet<Value>, bases: ReadonlySet<number>): string {
    let text = '';
    for (const [value, range] of this.#ranges) {
      if (!relevant.has(value)) continue;
      text += `${value.id}:${range.only?.join(',') ?? `${range.low}-${range.high}!${range.except.join(',')}`};`;
    }
    for (const [base, end] of this.#ends) if (bases.has(base)) text += `@${base}:${end};`;
    return text;
  }

  #with(value: Value, range: Range): RangeFacts {
    if (range === ANYTHING || value.kind === 'constant') return this;
    if (this.#ranges.size >= MAX_FACTS && !this.#ranges.has(value)) return this;
    return new RangeFacts(new Map(this.#ranges).set(value, range), this.#ends);
  }
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

/** Where the bytes of a load end, and after what. */
function endOf(part: Value): { readonly base: number; readonly end: number } | undefined {
  if (part.kind === 'load') return { base: part.base?.id ?? FIXED, end: part.offset + part.size };
  if (part.kind === 'headerLength') return { base: FIXED, end: part.offset + 1 };
  return part.kind === 'ancillary' ? { base: ANCILLARY, end: 1 } : undefined;
}

/** The keys that tell whether loads in `value` are covered. */
export function basesOf(value: Value): readonly number[] {
  const bases: number[] = [];
  walkValue(value, (part) => {
    const end = endOf(part);
    if (end !== undefined) bases.push(end.base);
  });
  return bases;
}

function contains(value: Value, variable: VariableValue): boolean {
  let found = false;
  walkValue(value, (part) => {
    if (part === variable) found = true;
  });
  return found;
}

/**
 * Only what libpcap's optimiser knows: the outcome of a test that came before, and that a value which equals one constant
 * equals no other. Whether a filter "rejects all packets" is an error by this measure, so that both agree about it.
 */
export class OutcomeFacts implements Facts<OutcomeFacts> {
  /** Nothing is known. (A getter: tsc 6.0.3 compiles a static field of the class's own type wrongly here.) */
  static get none(): OutcomeFacts {
    return new OutcomeFacts(new Map(), new Map());
  }

  readonly #outcomes: ReadonlyMap<string, KnownOutcome>;
  readonly #equal: ReadonlyMap<Value, number>;

  private constructor(outcomes: ReadonlyMap<string, KnownOutcome>, equal: ReadonlyMap<Value, number>) {
    this.#outcomes = outcomes;
    this.#equal = equal;
  }

  outcome(test: TestNode): boolean | undefined {
    const known = test.comparison === 'equal' ? this.#equal.get(test.value) : undefined;
    if (known !== undefined && test.operand.kind === 'constant') return known === test.operand.value;
    return this.#outcomes.get(testKey(test))?.outcome;
  }

  covers(): boolean {
    return true;
  }

  afterTest(test: TestNode, outcome: boolean): OutcomeFacts {
    if (this.#outcomes.size >= MAX_FACTS) return this;
    const equal = new Map(this.#equal);
    if (outcome && test.comparison === 'equal' && test.operand.kind === 'constant')
      equal.set(test.value, test.operand.value);
    return new OutcomeFacts(new Map(this.#outcomes).set(testKey(test), { test, outcome }), equal);
  }

  afterLoad(): OutcomeFacts {
    return this;
  }

  afterAssign(variable: VariableValue): OutcomeFacts {
    const outcomes = [...this.#outcomes].filter(
      ([, { test }]) => !contains(test.value, variable) && !contains(test.operand, variable),
    );
    return new OutcomeFacts(
      new Map(outcomes),
      new Map([...this.#equal].filter(([value]) => !contains(value, variable))),
    );
  }

  meet(other: OutcomeFacts): OutcomeFacts {
    if (this === other) return this;
    const outcomes = new Map(
      [...this.#outcomes].filter(([key, { outcome }]) => other.#outcomes.get(key)?.outcome === outcome),
    );
    const equal = new Map([...this.#equal].filter(([value, k]) => other.#equal.get(value) === k));
    return new OutcomeFacts(outcomes, equal);
  }
}

interface KnownOutcome {
  readonly test: TestNode;
  readonly outcome: boolean;
}

function testKey({ value, comparison, operand }: TestNode): string {
  return `${comparison}:${value.id}:${operand.id}`;
}
