/**
 * Predicates: a filter as tests of values joined by all, any and not, in the order in which libpcap would test. Still a
 * tree, but link types, offsets and names are gone. @module
 */
import { LimitError, MAX_TESTS } from '../language/limits.ts';
import type { Value, ValueTable, VariableValue } from './value.ts';
import { traitsOf } from './value-traits.ts';

/** How a test compares, unsigned: value = operand, value > operand, value >= operand. */
export type Comparison = 'equal' | 'greater' | 'greaterOrEqual';

export type Predicate =
  | { readonly kind: 'constant'; readonly truth: boolean }
  | { readonly kind: 'test'; readonly value: Value; readonly comparison: Comparison; readonly operand: Value }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Predicate[] }
  | { readonly kind: 'not'; readonly part: Predicate }
  /** `first op part op part ...`, from left to right without any precedence. Flat, so that long filters need no recursion. */
  | { readonly kind: 'sequence'; readonly first: Predicate; readonly rest: readonly SequenceLink[] }
  /** Always true; sets a variable for what is tested after it. */
  | { readonly kind: 'assign'; readonly variable: VariableValue; readonly value: Value }
  /** Always true; only makes sure that the packet has the bytes of `value`, or rejects it. */
  | { readonly kind: 'touch'; readonly value: Value }
  /** Sets variables by predicates that are true as a whole; nothing at all if none of the variables is used. */
  | { readonly kind: 'setup'; readonly variables: readonly VariableValue[]; readonly body: Predicate }
  /** Walks a chain of headers until one is `protocol`; a loop, so no kernel takes it. */
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

/** Returns whether a value in `predicate` depends on a variable. */
export function readsVariables(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'test':
      return traitsOf(predicate.value).variables.length + traitsOf(predicate.operand).variables.length > 0;
    case 'assign':
    case 'touch':
      return traitsOf(predicate.value).variables.length > 0;
    case 'not':
      return readsVariables(predicate.part);
    case 'setup':
      return readsVariables(predicate.body);
    case 'all':
    case 'any':
      return predicate.parts.some(readsVariables);
    case 'sequence':
      return readsVariables(predicate.first) || predicate.rest.some(({ part }) => readsVariables(part));
    case 'constant':
    case 'chain':
      return false;
  }
}

/** Returns whether `predicate` walks a chain of headers. */
export function hasLoop(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'chain':
      return true;
    case 'not':
      return hasLoop(predicate.part);
    case 'setup':
      return hasLoop(predicate.body);
    case 'all':
    case 'any':
      return predicate.parts.some(hasLoop);
    case 'sequence':
      return hasLoop(predicate.first) || predicate.rest.some(({ part }) => hasLoop(part));
    default:
      return false;
  }
}

/** The predicates that most of the compiler needs, over one table of values. */
export class Tests {
  readonly values: ValueTable;
  #made = 0;

  constructor(values: ValueTable) {
    this.values = values;
  }

  equal(value: Value, k: number): Predicate {
    return this.#compare(value, 'equal', k);
  }

  /** `(value & mask) = k`. Without any bit in the mask nothing is loaded, as in libpcap's optimised programs. */
  maskedEqual(value: Value, mask: number, k: number): Predicate {
    if (mask === 0) return k === 0 ? TRUE : FALSE;
    return this.equal(this.values.binary('and', value, this.values.constant(mask)), k);
  }

  greater(value: Value, k: number): Predicate {
    return this.#compare(value, 'greater', k);
  }

  atLeast(value: Value, k: number): Predicate {
    return this.#compare(value, 'greaterOrEqual', k);
  }

  /** Whether any bit of the mask is set. */
  anyBit(value: Value, mask: number): Predicate {
    return not(this.maskedEqual(value, mask, 0));
  }

  #compare(value: Value, comparison: Comparison, k: number): Predicate {
    this.#made += 1;
    if (this.#made > MAX_TESTS) throw new LimitError(`more than ${MAX_TESTS} tests`);
    return compare(value, comparison, this.values.constant(k));
  }
}
