/** Properties of values that the passes need often, computed once for each value. @module */
import { type LoadEnd, mayDivideByZero, type Value, type ValueTraits, type VariableValue, walkValue } from './value.ts';

/** Pseudo base of loads at fixed offsets, and that of ancillary loads; real ids are not negative. */
const FIXED = -1;
const ANCILLARY = -2;

export function traitsOf(value: Value): ValueTraits {
  value.traits ??= findTraits(value);
  return value.traits;
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
