/**
 * Factors long lists of alternatives: a condition that many of them begin with is tested once for all, so that a list
 * of a thousand hosts loads the EtherType once and not a thousand times. Jump threading would find that too, but much
 * later. @module
 */
import { all, not, type Predicate, type SequenceLink, TRUE } from './predicate.ts';

/** Shorter lists are left to the optimiser, which has more information. */
const MIN_RUN = 24;
/** Maximum number of leading conditions that are factored out. */
const MAX_DEPTH = 16;

type Sequence = Extract<Predicate, { kind: 'sequence' }>;
type Test = Extract<Predicate, { kind: 'test' }>;

/** Shortens `a or b or ...` and `not a and not b and ...` with many parts; returns other sequences unchanged. */
export function factorSequence(sequence: Sequence): Predicate {
  if (sequence.rest.length < MIN_RUN) return sequence;
  const rest: SequenceLink[] = [];
  let first = sequence.first;
  for (let at = 0; at < sequence.rest.length; ) {
    const { operator } = sequence.rest[at] as SequenceLink;
    const parts: Predicate[] = [];
    for (; sequence.rest[at]?.operator === operator; at += 1) parts.push((sequence.rest[at] as SequenceLink).part);
    if (rest.length === 0 && parts.length === sequence.rest.length) return factorRun(operator, [first, ...parts]);
    if (rest.length === 0 && at === parts.length) first = factorRun(operator, [first, ...parts]);
    else rest.push({ operator, part: factorRun(operator, parts) });
  }
  return { kind: 'sequence', first, rest };
}

/** Parts that are joined by the same operator. */
function factorRun(operator: 'and' | 'or', parts: readonly Predicate[]): Predicate {
  if (operator === 'or') return factorAny(parts.flatMap(alternativesOf), MAX_DEPTH);
  const denied = parts.flatMap((part) => (part.kind === 'not' ? [part.part] : []));
  if (denied.length < parts.length || denied.length < MIN_RUN) return { kind: 'all', parts };
  return not(factorAny(denied.flatMap(alternativesOf), MAX_DEPTH));
}

/** The conditions of an alternative, in order. */
type Conditions = readonly Predicate[];

/**
 * Splits `part` into alternatives of conditions. A part that sets variables stays whole, since later parts may read
 * them.
 */
function alternativesOf(part: Predicate): Conditions[] {
  return isPure(part) ? flattened(part) : [[part]];
}

function flattened(part: Predicate): Conditions[] {
  return part.kind === 'any' ? part.parts.flatMap(flattened) : [conditionsOf(part)];
}

function conditionsOf(part: Predicate): Conditions {
  return part.kind === 'all' ? part.parts.flatMap(conditionsOf) : [part];
}

/** Returns whether `part` sets no variable. */
function isPure(part: Predicate): boolean {
  switch (part.kind) {
    case 'all':
    case 'any':
      return part.parts.every(isPure);
    case 'not':
      return isPure(part.part);
    case 'constant':
    case 'test':
      return true;
    default:
      return false;
  }
}

/**
 * Returns the disjunction of the alternatives, with leading conditions that several of them share in front of these.
 */
function factorAny(alternatives: readonly Conditions[], depth: number): Predicate {
  const parts: Predicate[] = [];
  for (let at = 0; at < alternatives.length; ) {
    const end = depth > 0 ? endOfFamily(alternatives, at) : at + 1;
    for (const [head, rests] of byHead(alternatives.slice(at, end))) parts.push(withRests(head, rests, depth));
    at = end;
  }
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'any', parts };
}

/** Returns the end of the run of alternatives from `start` that exclude each other or begin with the same condition. */
function endOfFamily(alternatives: readonly Conditions[], start: number): number {
  const head = alternatives[start]?.[0];
  let end = start + 1;
  for (; end < alternatives.length; end += 1) {
    const other = alternatives[end]?.[0];
    if (head === undefined || other === undefined) break;
    if (!isSame(head, other) && !(isEquality(head) && isEquality(other) && head.value === other.value)) break;
  }
  return end;
}

/** Groups alternatives by their first condition; the values are the remaining conditions. */
function byHead(alternatives: readonly Conditions[]): [head: Predicate, rests: Conditions[]][] {
  const groups: [Predicate, Conditions[]][] = [];
  const ofOperand = new Map<number, Conditions[]>();
  for (const [head, ...rest] of alternatives) {
    if (head === undefined) continue;
    const key = isEquality(head) ? head.operand.id : -1;
    const rests = ofOperand.get(key);
    if (rests !== undefined) rests.push(rest);
    else {
      const started = [rest];
      ofOperand.set(key, started);
      groups.push([head, started]);
    }
  }
  return groups;
}

function withRests(head: Predicate, rests: readonly Conditions[], depth: number): Predicate {
  const [only] = rests;
  if (rests.length === 1 && only !== undefined) return { kind: 'all', parts: [head, ...only] };
  const always = rests.findIndex((rest) => rest.length === 0);
  if (always === 0) return head;
  const tail = always > 0 ? [...rests.slice(0, always), [TRUE]] : rests;
  return all(head, factorAny(tail, depth - 1));
}

/**
 * Returns the comparison of a value with a constant for equality. Two of the same value with different constants
 * exclude each other.
 */
function isEquality(part: Predicate): part is Test {
  return part.kind === 'test' && part.comparison === 'equal' && part.operand.kind === 'constant';
}

/** Returns whether two conditions without effects are equal. */
function isSame(left: Predicate, right: Predicate): boolean {
  if (left === right) return true;
  switch (left.kind) {
    case 'test':
      return (
        right.kind === 'test' &&
        left.value === right.value &&
        left.comparison === right.comparison &&
        left.operand === right.operand
      );
    case 'not':
      return right.kind === 'not' && isSame(left.part, right.part);
    case 'all':
    case 'any':
      return (
        right.kind === left.kind &&
        right.parts.length === left.parts.length &&
        left.parts.every((part, index) => isSame(part, right.parts[index] as Predicate))
      );
    default:
      return false;
  }
}
