/** Removes setups of unused variables: `geneve` alone does not need the position of the inner packet. @module */
import type { Predicate } from './predicate.ts';
import { TRUE } from './predicate.ts';
import { type Value, type VariableValue, walkValue } from './value.ts';

/** Returns `predicate` without setups whose variables are not used after them. */
export function pruneSetups(predicate: Predicate): Predicate {
  const used = new Set<VariableValue>();
  return prune(predicate, used);
}

/** Walks backwards, so that `used` holds the variables of everything after this part. */
function prune(predicate: Predicate, used: Set<VariableValue>): Predicate {
  switch (predicate.kind) {
    case 'constant':
    case 'chain':
      return predicate;
    case 'test':
      note(predicate.value, used);
      note(predicate.operand, used);
      return predicate;
    case 'assign':
    case 'touch':
      note(predicate.value, used);
      return predicate;
    case 'not':
      return { kind: 'not', part: prune(predicate.part, used) };
    case 'all':
    case 'any':
      return {
        kind: predicate.kind,
        parts: predicate.parts
          .toReversed()
          .map((part) => prune(part, used))
          .toReversed(),
      };
    case 'sequence': {
      const rest = predicate.rest.toReversed().map(({ operator, part }) => ({ operator, part: prune(part, used) }));
      return { kind: 'sequence', first: prune(predicate.first, used), rest: rest.toReversed() };
    }
    case 'setup': {
      if (!predicate.variables.some((variable) => used.has(variable))) return TRUE;
      return { ...predicate, body: prune(predicate.body, used) };
    }
  }
}

function note(value: Value, used: Set<VariableValue>): void {
  walkValue(value, (part) => {
    if (part.kind === 'variable') used.add(part);
  });
}
