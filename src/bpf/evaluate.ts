/**
 * Evaluates predicates on one frame, test by test, to find out which words of a filter decided. Programs combine and
 * reorder the tests of several words. @module
 */
import { EMPTY, readU8, readU16, readU32 } from '../base/bytes.ts';
import type { Predicate } from './compile/predicate.ts';
import { fold, mayDivideByZero, type Value, type ValueTable, type VariableValue } from './compile/value.ts';
import { emit } from './emit/emit.ts';
import { interpret } from './engine/interpret.ts';
import {
  type Field,
  fieldsOf,
  type Known,
  knownAfter,
  knownAfterAssign,
  loadTestOf,
  type ValueTest,
} from './field-names.ts';
import { contentText } from './field-text.ts';
import type { BpfInstruction } from './instruction.ts';
import { decide, Graph } from './optimize/graph.ts';
import { valueText } from './test-text.ts';

/** The content of a field that a test read: `tcp source port` is `43966`. */
export interface Observation {
  readonly field: string;
  readonly value: string;
}

/** `undefined`: the frame is rejected, because it is too short for a load, or a divisor is 0. */
export type Outcome = boolean | undefined;

export interface Evaluation {
  readonly outcome: Outcome;
  /** The fields that decided. */
  readonly because: readonly Observation[];
}

/** The number of conditions passed: of several false alternatives, the one with the most is reported. */
interface Progress extends Evaluation {
  readonly passed: number;
}

type Chain = Extract<Predicate, { kind: 'chain' }>;
/** Programs that accept if a chain of headers has a protocol, and if it has not. */
type ChainPrograms = readonly [has: readonly BpfInstruction[], hasNot: readonly BpfInstruction[]];

/** Evaluates the predicates of one filter on frames, one after the other. */
export class Evaluator {
  readonly #values: ValueTable;
  readonly #start: Known;
  readonly #programs = new Map<Chain, ChainPrograms>();
  #bytes = EMPTY;
  #wireLength = 0;
  #known: Known;
  #variables = new Map<VariableValue, number>();
  #unset: number | undefined = 0;

  constructor(values: ValueTable, start: Known) {
    this.#values = values;
    this.#start = start;
    this.#known = start;
  }

  /**
   * Starts with a frame. Variables keep their values from one predicate to the next.
   * @param unset value of variables that no predicate has set: 0 as in a program; undefined rejects the frame
   */
  begin(bytes: Uint8Array, wireLength: number, unset: number | undefined): void {
    this.#unset = unset;
    this.#bytes = bytes;
    this.#wireLength = wireLength;
    this.#known = this.#start;
    this.#variables = new Map();
  }

  evaluate(predicate: Predicate): Evaluation {
    return this.#run(predicate);
  }

  #run(predicate: Predicate): Progress {
    switch (predicate.kind) {
      case 'constant':
        return { outcome: predicate.truth, because: [], passed: 0 };
      case 'test':
        return this.#test(predicate);
      case 'not': {
        const inner = this.#run(predicate.part);
        return { ...inner, outcome: inner.outcome === undefined ? undefined : !inner.outcome };
      }
      case 'all':
        return this.#all(predicate.parts);
      case 'any':
        return this.#any(predicate.parts);
      case 'sequence':
        return this.#sequence(predicate);
      case 'setup':
        return this.#run(predicate.body);
      case 'assign': {
        const number = this.#number(predicate.value);
        if (number === undefined) return this.#missing(predicate.value);
        this.#variables.set(predicate.variable, number);
        this.#known = knownAfterAssign(predicate.variable, predicate.value, this.#known);
        return { outcome: true, because: [], passed: 0 };
      }
      case 'touch':
        if (this.#number(predicate.value) === undefined) return this.#missing(predicate.value);
        return { outcome: true, because: [], passed: 0 };
      case 'chain':
        return this.#chain(predicate);
    }
  }

  #all(parts: readonly Predicate[]): Progress {
    let passed = 0;
    let because: readonly Observation[] = [];
    for (const part of parts) {
      const result = this.#run(part);
      if (result.outcome !== true) return { ...result, passed: passed + result.passed };
      passed += 1 + result.passed;
      // The last condition is the most specific one.
      if (result.because.length > 0) because = result.because;
    }
    return { outcome: true, because, passed };
  }

  #any(parts: readonly Predicate[]): Progress {
    let best: Progress = { outcome: false, because: [], passed: 0 };
    for (const part of parts) {
      const result = this.#run(part);
      if (result.outcome !== false) return result;
      if (result.passed > best.passed) best = result;
      else if (result.passed === best.passed) best = { ...best, because: union(best.because, result.because) };
    }
    return best;
  }

  /** From left to right, without precedence. */
  #sequence({ first, rest }: Extract<Predicate, { kind: 'sequence' }>): Progress {
    let result = this.#run(first);
    for (const { operator, part } of rest) {
      if (result.outcome === undefined) break;
      if (result.outcome === (operator === 'and')) result = this.#run(part);
    }
    return result;
  }

  #test(test: Extract<Predicate, { kind: 'test' }>): Progress {
    const { value, comparison, operand } = test;
    const left = this.#number(value);
    const right = this.#number(operand);
    if (left === undefined) return this.#missing(value);
    if (right === undefined) return this.#missing(operand);
    const outcome = decide(left, comparison, right);
    const because = this.#observe(test, left, right);
    if (outcome) this.#known = knownAfter(test, this.#known);
    return { outcome, because, passed: 0 };
  }

  /** Returns the fields that a test reads, or its values. */
  #observe(test: ValueTest, left: number, right: number): readonly Observation[] {
    const loadTest = loadTestOf(test);
    const fields = loadTest === undefined ? [] : this.#fieldsUnder(loadTest.load, loadTest.mask);
    const base = loadTest?.load.base === undefined ? 0 : (this.#number(loadTest.load.base) ?? 0);
    const seen = fields.flatMap((field) => {
      const bytes = this.#bytes.subarray(base + field.offset, base + field.offset + field.length);
      return bytes.length < field.length ? [] : [{ field: field.name, value: contentText(field, [...bytes]) }];
    });
    if (seen.length > 0) return seen;
    return [test.value, test.operand].flatMap((value, index) =>
      value.kind === 'constant'
        ? []
        : [{ field: valueText(value, this.#known), value: `${index === 0 ? left : right}` }],
    );
  }

  #fieldsUnder(load: Extract<Value, { kind: 'load' }>, mask: number): readonly Field[] {
    return fieldsOf(load, this.#known).filter(({ offset, length }) => {
      for (let at = 0; at < load.size; at += 1) {
        const isInside = load.offset + at >= offset && load.offset + at < offset + length;
        if (isInside && ((mask >>> (8 * (load.size - 1 - at))) & 0xff) !== 0) return true;
      }
      return false;
    });
  }

  #missing(value: Value): Progress {
    const because = [
      { field: valueText(value, this.#known), value: `missing (the frame has ${this.#bytes.length} bytes)` },
    ];
    return { outcome: undefined, because, passed: 0 };
  }

  #chain(chain: Chain): Progress {
    const [has, hasNot] = this.#programsOf(chain);
    const accepts = (program: readonly BpfInstruction[]) =>
      interpret(program, this.#bytes, 0, this.#bytes.length, this.#wireLength) > 0;
    const outcome = accepts(has) ? true : accepts(hasNot) ? false : undefined;
    const value = outcome === undefined ? 'cut short' : outcome ? 'reached' : 'not reached';
    return { outcome, because: [{ field: `protocol ${chain.protocol} in the header chain`, value }], passed: 0 };
  }

  #programsOf(chain: Chain): ChainPrograms {
    const known = this.#programs.get(chain);
    if (known !== undefined) return known;
    const graph = new Graph(this.#values, Number.POSITIVE_INFINITY);
    const program = (predicate: Predicate) => {
      const root = graph.build(predicate, graph.accept, graph.reject);
      return emit(graph.reachable(root), { snapLength: 1, reuse: false });
    };
    const programs = [program(chain), program({ kind: 'not', part: chain })] as const;
    this.#programs.set(chain, programs);
    return programs;
  }

  /** Computes a value; undefined where a program would reject the frame. */
  #number(value: Value): number | undefined {
    switch (value.kind) {
      case 'constant':
        return value.value;
      case 'length':
        return this.#wireLength;
      case 'variable':
        return this.#variables.get(value) ?? this.#unset;
      case 'headerLength':
        return value.offset < this.#bytes.length ? (readU8(this.#bytes, value.offset) & 0xf) * 4 : undefined;
      case 'load':
        return this.#load(value);
      case 'ancillary':
        return undefined;
      case 'negate': {
        const operand = this.#number(value.operand);
        return operand === undefined ? undefined : -operand >>> 0;
      }
      case 'binary': {
        const left = this.#number(value.left);
        const right = this.#number(value.right);
        if (left === undefined || right === undefined) return undefined;
        return right === 0 && mayDivideByZero(value.operator, value.right)
          ? undefined
          : fold(value.operator, left, right);
      }
    }
  }

  #load({ base, offset, size }: Extract<Value, { kind: 'load' }>): number | undefined {
    const start = base === undefined ? 0 : this.#number(base);
    if (start === undefined) return undefined;
    const at = (start + offset) >>> 0;
    if (at + size > this.#bytes.length) return undefined;
    return size === 4 ? readU32(this.#bytes, at) : size === 2 ? readU16(this.#bytes, at) : readU8(this.#bytes, at);
  }
}

function union(left: readonly Observation[], right: readonly Observation[]): readonly Observation[] {
  return [...left, ...right.filter(({ field }) => left.every((known) => known.field !== field))];
}
