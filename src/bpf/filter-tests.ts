/**
 * The tests of a filter one by one: which of them decide about a frame, and how many frames each of them matches.
 * @module
 */
import { LinkType } from '../base/link-type.ts';
import { lower } from './compile/lower.ts';
import { all, type Predicate } from './compile/predicate.ts';
import { ValueTable } from './compile/value.ts';
import { compileFilter, type FilterOptions, type FilterProgram, loweringOf } from './compile-filter.ts';
import { Evaluator, type Observation, type Outcome } from './evaluate.ts';
import { knownAtStart } from './field-names.ts';
import type { Span } from './language/filter-error.ts';
import { parseFilter } from './language/parse.ts';
import type { Expression } from './language/syntax.ts';

/** A test of the filter's text, `tcp port 80` for instance. */
export interface FilterTest extends Span {
  /** Includes the qualifiers inherited from the test before it. */
  readonly text: string;
}

/** One of the tests that decided about a frame. */
export interface DecidingTest extends FilterTest {
  /**
   * Undefined: the test rejected the frame, regardless of the other tests, because bytes are missing or a divisor is 0.
   */
  readonly matches: boolean | undefined;
  readonly because: readonly Observation[];
}

export interface FrameDecision {
  readonly matches: boolean;
  /** In the order of the text, without tests that would have changed nothing. */
  readonly tests: readonly DecidingTest[];
}

interface Leaf extends FilterTest {
  readonly node: Expression;
  readonly predicate: Predicate;
}

interface Decision {
  readonly outcome: Outcome;
  readonly tests: readonly DecidingTest[];
}

/** The tests of one filter for one link type. */
export class FilterTests {
  readonly program: FilterProgram;
  readonly #tree: Expression | undefined;
  readonly #leaves = new Map<Expression, Leaf>();
  readonly #evaluator: Evaluator;
  /** Tests that the program makes before those of the text. */
  readonly #prologue: Predicate;

  /** @throws FilterError, RangeError as `compileFilter` does */
  constructor(expression: string, options: FilterOptions = {}) {
    this.program = compileFilter(expression, options);
    this.#tree = parseFilter(expression);
    const values = new ValueTable();
    const predicates = new Map<Expression, Predicate>();
    const lowered = lower(expression, this.#tree, values, loweringOf(expression, options), predicates);
    this.#prologue = all(...lowered.prologue);
    for (const node of leavesOf(this.#tree)) {
      const predicate = predicates.get(node);
      if (predicate !== undefined) this.#leaves.set(node, { ...testAt(expression, node), node, predicate });
    }
    this.#evaluator = new Evaluator(values, knownAtStart(options.linkType ?? LinkType.ethernet));
  }

  /** In the order of the text. */
  get tests(): readonly FilterTest[] {
    return [...this.#leaves.values()].map(({ text, offset, length }) => ({ text, offset, length }));
  }

  /** Finds the tests that decide about a frame, evaluated from left to right as in pcap-filter(7). */
  decide(bytes: Uint8Array, wireLength: number = bytes.length): FrameDecision {
    if (this.#tree === undefined) return { matches: true, tests: [] };
    this.#evaluator.begin(bytes, wireLength, 0);
    const { outcome: begins, because } = this.#evaluator.evaluate(this.#prologue);
    if (begins !== true) {
      const tests = this.tests.filter(({ text }) => /^vlan\b/.test(text)).slice(0, 1);
      return { matches: false, tests: tests.map((test) => ({ ...test, matches: undefined, because })) };
    }
    const { outcome, tests } = this.#decide(this.#tree);
    return { matches: outcome === true, tests };
  }

  #decide(node: Expression): Decision {
    if (node.kind === 'not') {
      const { outcome, tests } = this.#decide(node.operand);
      return { outcome: outcome === undefined ? undefined : !outcome, tests };
    }
    if (node.kind === 'chain') {
      let decision = this.#decide(node.first);
      for (const { operator, operand } of node.rest) {
        if (decision.outcome === undefined) break;
        const isAnd = operator === 'and';
        if (decision.outcome !== isAnd) continue;
        const next = this.#decide(operand);
        // True and true: both were needed. True and false: the second one alone decides.
        decision = next.outcome === isAnd ? { ...next, tests: [...decision.tests, ...next.tests] } : next;
      }
      return decision;
    }
    const { text, offset, length, predicate } = this.#leaves.get(node) as Leaf;
    const { outcome, because } = this.#evaluator.evaluate(predicate);
    return { outcome, tests: [{ text, offset, length, matches: outcome, because }] };
  }

  /** Returns which of `tests` a frame matches, each by itself; tests after `vlan` and the like look inside it. */
  matching(bytes: Uint8Array, wireLength: number = bytes.length): readonly boolean[] {
    this.#evaluator.begin(bytes, wireLength, undefined);
    return [...this.#leaves.values()].map(({ predicate }) => this.#evaluator.evaluate(predicate).outcome === true);
  }
}

function leavesOf(node: Expression | undefined): readonly Expression[] {
  if (node === undefined) return [];
  if (node.kind === 'not') return leavesOf(node.operand);
  if (node.kind === 'chain') return [node.first, ...node.rest.map(({ operand }) => operand)].flatMap(leavesOf);
  return [node];
}

function testAt(expression: string, node: Expression): FilterTest {
  const { offset, length } = node;
  const text = expression.slice(offset, offset + length);
  if (node.kind !== 'identifier') return { text, offset, length };
  const { qualifiers } = node;
  const isOwn = qualifiers.offset >= offset;
  const words = expression.slice(qualifiers.offset, qualifiers.offset + qualifiers.length);
  return { text: isOwn ? text : `${words} ${text}`, offset, length };
}
