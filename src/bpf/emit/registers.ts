/** The known contents of the registers at one position of the program. @module */
import type { Value, VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';

/**
 * A register may hold several values at once, for example a variable and the value that it was set from. Empty:
 * unknown.
 */
export interface RegisterState {
  readonly a: readonly Value[];
  readonly x: readonly Value[];
}

export const NOTHING_KNOWN: RegisterState = { a: [], x: [] };

/** Returns the state at a position that is reached in any of these states. */
export function meet(states: readonly RegisterState[]): RegisterState {
  const [first, ...others] = states;
  if (first === undefined) return NOTHING_KNOWN;
  return {
    a: first.a.filter((value) => others.every((state) => state.a.includes(value))),
    x: first.x.filter((value) => others.every((state) => state.x.includes(value))),
  };
}

/** Returns `state` after `variable` has changed, without values that were computed from it. */
export function forget(state: RegisterState, variable: VariableValue): RegisterState {
  const independent = (value: Value) => !traitsOf(value).variables.includes(variable);
  return { a: state.a.filter(independent), x: state.x.filter(independent) };
}
