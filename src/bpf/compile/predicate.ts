/**
 * Predicates: a filter as tests of values, combined by all, any and not, in libpcap's order. Still a tree, but without
 * link types, offsets and names. @module
 */
import { LimitError, MAX_TESTS } from '../language/limits.ts';
import type { Value, ValueTable, VariableValue } from './value.ts';
import { traitsOf } from './value-traits.ts';

/** Unsigned comparisons: value = operand, value > operand, value >= operand. */
export type Comparison = 'equal' | 'greater' | 'greaterOrEqual';

export type Predicate =
  | { readonly kind: 'constant'; readonly truth: boolean }
  | { readonly kind: 'test'; readonly value: Value; readonly comparison: Comparison; readonly operand: Value }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate }
  /**
   * `first op part op part ...`, from left to right without precedence. Flat, so that long filters need no recursion.
   */
  | { readonly kind: 'sequence'; readonly first: Predicate; readonly rest: readonly SequenceLink[] }
  /** Always true; sets a variable for the tests after it. */
  | { readonly kind: 'assign'; readonly variable: VariableValue; readonly value: Value }
  /** Always true, but rejects packets that do not have the bytes of `value`. */
  | { readonly kind: 'touch'; readonly value: Value }
  /** Always true; sets variables. Removed when none of the variables is used. */
  | { readonly kind: 'setup'; readonly variables: readonly VariableValue[]; readonly body: Predicate }
  /** Walks a chain of headers until one is `protocol`. This is a loop, which the kernel does not accept. */
  | { readonly kind: 'chain'; readonly family: 'ip' | 'ip6'; readonly protocol: number; readonly headerOffset: number };

export interface SequenceLink {
  readonly operator: 'and' | 'or';
  readonly part: Predicate;
}

export const TRUE: Predicate = { kind: 'constant', truth: true };
export const FALSE: Predicate = { kind: 'constant', truth: false };

export function all(...parts: readonly Predicate[]): Predicate {
  const only = parts[0];
  return parts.length === 1 && only !== undefined ? only : { kind: 'all', parts };
}

export function any(...parts: readonly Predicate[]): Predicate {
  const only = parts[0];
  return parts.length === 1 && only !== undefined ? only : { kind: 'any', parts };
}

export function not(part: Predicate): Predicate {
  return part.kind === 'not' ? part.part : { kind: 'not', part };
}

export function compare(value: Value, comparison: Comparison, operand: Value): Predicate {
  return { kind: 'test', value, comparison, operand };
}

export function assign(variable: VariableValue, value: Value): Predicate {
  return { kind: 'assign', variable, value };
}

export function touch(value: Value): Predicate {
  return { kind: 'touch', value };
}

/** Makes the nodes of a decision graph. */
export interface NodeMaker<Node> {
  test(test: Extract<Predicate, { kind: 'test' }>, onTrue: Node, onFalse: Node): Node;
  effect(effect: Extract<Predicate, { kind: 'assign' | 'touch' }>, next: Node): Node;
  chain(chain: Extract<Predicate, { kind: 'chain' }>, onTrue: Node, onFalse: Node): Node;
}

/** Builds the decision graph of `predicate`, successors first, with short-circuit evaluation. */
export function buildNodes<Node>(maker: NodeMaker<Node>, predicate: Predicate, onTrue: Node, onFalse: Node): Node {
  switch (predicate.kind) {
    case 'constant':
      return predicate.truth ? onTrue : onFalse;
    case 'test':
      return maker.test(predicate, onTrue, onFalse);
    case 'not':
      return buildNodes(maker, predicate.part, onFalse, onTrue);
    case 'all':
      return predicate.parts.reduceRight((next, part) => buildNodes(maker, part, next, onFalse), onTrue);
    case 'any':
      return predicate.parts.reduceRight((next, part) => buildNodes(maker, part, onTrue, next), onFalse);
    case 'sequence':
      return buildSequence(maker, predicate, onTrue, onFalse);
    case 'assign':
    case 'touch':
      return maker.effect(predicate, onTrue);
    case 'setup':
      return buildNodes(maker, predicate.body, onTrue, onFalse);
    case 'chain':
      return maker.chain(predicate, onTrue, onFalse);
  }
}

function buildSequence<Node>(
  maker: NodeMaker<Node>,
  sequence: Extract<Predicate, { kind: 'sequence' }>,
  onTrue: Node,
  onFalse: Node,
): Node {
  let whenTrue = onTrue;
  let whenFalse = onFalse;
  for (const { operator, part } of sequence.rest.toReversed()) {
    const node = buildNodes(maker, part, whenTrue, whenFalse);
    if (operator === 'and') whenTrue = node;
    else whenFalse = node;
  }
  return buildNodes(maker, sequence.first, whenTrue, whenFalse);
}

/** Returns whether a value in `predicate` depends on a variable. */
export function readsVariables(predicate: Predicate): boolean {
  return hasPart(predicate, (part) => {
    if (part.kind === 'test') {
      return traitsOf(part.value).variables.length + traitsOf(part.operand).variables.length > 0;
    }
    return (part.kind === 'assign' || part.kind === 'touch') && traitsOf(part.value).variables.length > 0;
  });
}

/** Returns whether `predicate` sets `variable`. */
export function setsVariable(predicate: Predicate, variable: VariableValue): boolean {
  return hasPart(predicate, (part) => part.kind === 'assign' && part.variable === variable);
}

/** Returns whether `predicate` walks a chain of headers. */
export function hasLoop(predicate: Predicate): boolean {
  return hasPart(predicate, (part) => part.kind === 'chain');
}

/** Returns whether a part of `predicate` that has no parts of its own meets a condition. */
function hasPart(predicate: Predicate, condition: (part: Predicate) => boolean): boolean {
  switch (predicate.kind) {
    case 'not':
      return hasPart(predicate.part, condition);
    case 'setup':
      return hasPart(predicate.body, condition);
    case 'all':
    case 'any':
      return predicate.parts.some((part) => hasPart(part, condition));
    case 'sequence':
      return hasPart(predicate.first, condition) || predicate.rest.some(({ part }) => hasPart(part, condition));
    default:
      return condition(predicate);
  }
}

/** Makes tests over one table of values, and limits their number. */
export class Tests {
  readonly values: ValueTable;
  #made = 0;

  constructor(values: ValueTable) {
    this.values = values;
  }

  equal(value: Value, k: number): Predicate {
    return this.#compare(value, 'equal', k);
  }

  /** Tests `(value & mask) = k`. With an empty mask nothing is loaded, as in libpcap's optimised programs. */
  maskedEqual(value: Value, mask: number, k: number): Predicate {
    if (mask === 0) return k === 0 ? TRUE : FALSE;
    if (mask === 0xffff_ffff) return this.equal(value, k);
    return this.equal(this.values.binary('and', value, this.values.constant(mask)), k);
  }

  greater(value: Value, k: number): Predicate {
    return this.#compare(value, 'greater', k);
  }

  atLeast(value: Value, k: number): Predicate {
    return this.#compare(value, 'greaterOrEqual', k);
  }

  /** Tests whether any bit of the mask is set. */
  anyBit(value: Value, mask: number): Predicate {
    return not(this.maskedEqual(value, mask, 0));
  }

  #compare(value: Value, comparison: Comparison, k: number): Predicate {
    this.#made += 1;
    if (this.#made > MAX_TESTS) throw new LimitError(`more than ${MAX_TESTS} tests`);
    return compare(value, comparison, this.values.constant(k));
  }
}
