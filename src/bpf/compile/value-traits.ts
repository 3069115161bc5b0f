/** What passes ask of a value again and again, worked out once for each. @module */
import { mayDivideByZero, type Value, type VariableValue, walkValue } from './value.ts';

/** The bytes that a load needs: up to `end`, after the value with the id `base`. */
interface LoadEnd {
  readonly base: number;
  readonly end: number;
}

export interface ValueTraits {
  /** All loads, at fixed and at computed places. */
  readonly loads: readonly LoadEnd[];
  /** The end of the loads at fixed places. */
  readonly fixedEnd: number;
  /** Whether a divisor may be zero. */
  readonly divides: boolean;
  /** Whether computing the value can reject a packet. */
  readonly mayReject: boolean;
  /** Whether `fixedEnd` says all there is about when it does. */
  readonly fixedOnly: boolean;
  readonly variables: readonly VariableValue[];
}

/** The base of loads at fixed places, and that of ancillary loads; real ids are not negative. */
const FIXED = -1;
const ANCILLARY = -2;

const known = new WeakMap<Value, ValueTraits>();

export function traitsOf(value: Value): ValueTraits {
  const before = known.get(value);
  if (before !== undefined) return before;
  const traits = findTraits(value);
  known.set(value, traits);
  return traits;
}

function findTraits(value: Value): ValueTraits {
  const loads: LoadEnd[] = [];
  const variables: VariableValue[] = [];
  let divides = false;
  walkValue(value, (part) => {
    if (part.kind === 'load') loads.push({ base: part.base?.id ?? FIXED, end: part.offset + part.size });
    else if (part.kind === 'headerLength') loads.push({ base: FIXED, end: part.offset + 1 });
    else if (part.kind === 'ancillary') loads.push({ base: ANCILLARY, end: 1 });
    else if (part.kind === 'variable') variables.push(part);
    else if (part.kind === 'binary' && mayDivideByZero(part.operator, part.right)) divides = true;
  });
  const fixed = loads.filter(({ base }) => base === FIXED);
  return {
    loads,
    fixedEnd: fixed.reduce((end, load) => Math.max(end, load.end), 0),
    divides,
    mayReject: divides || loads.length > 0,
    fixedOnly: !divides && fixed.length === loads.length,
    variables,
  };
}
