/**
 * Scratch memory for variables. BPF has 16 words, M[0] to M[15], and a chain of Geneve tunnels has more variables than
 * that; two variables share a word when neither is needed any more at the place where the other is set. @module
 */
import type { Value, VariableValue } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import { BPF_MEMORY_WORDS } from '../instruction.ts';
import { LimitError } from '../language/limits.ts';
import { firstSuccessor, type Node, secondSuccessor } from '../optimize/graph.ts';

/** The last word belongs to header chains (`protochain`). */
const WORDS = BPF_MEMORY_WORDS - 1;
/** The program is emitted anew for each variable that turns out to need memory, so their number is bounded. */
const MAX_VARIABLES = 96;

/** Sets of variables, as bits. */
type Bits = bigint;

/**
 * Returns the word of each variable. `nodes` are the whole graph, each node before its successors.
 * @throws LimitError when the words do not suffice
 */
export function assignWords(
  nodes: readonly Node[],
  variables: readonly VariableValue[],
): ReadonlyMap<VariableValue, number> {
  if (variables.length > MAX_VARIABLES) throw new LimitError('too many variables');
  const conflicts = findConflicts(nodes, variables);
  const words = new Map<VariableValue, number>();
  for (const [index, variable] of variables.entries()) {
    const taken = new Set(variables.filter((_, other) => has(conflicts[index] ?? 0n, other)).map((v) => words.get(v)));
    let word = 0;
    while (taken.has(word)) word += 1;
    if (word >= WORDS) throw new LimitError('too many variables');
    words.set(variable, word);
  }
  return words;
}

/** For each variable, those that hold a value which is still needed where this one is set, or the other way round. */
function findConflicts(nodes: readonly Node[], variables: readonly VariableValue[]): readonly Bits[] {
  const indexOf = new Map(variables.map((variable, index) => [variable, index]));
  const conflicts = new Array<Bits>(variables.length).fill(0n);
  const conflict = (index: number, others: Bits) => {
    conflicts[index] = (conflicts[index] ?? 0n) | others;
    for (const other of variables.keys()) {
      if (has(others, other)) conflicts[other] = (conflicts[other] ?? 0n) | bit(index);
    }
  };
  const readBy = (value: Value): Bits =>
    traitsOf(value).variables.reduce((bits, variable) => bits | bit(indexOf.get(variable)), 0n);
  /** By the number of a node: the variables whose value is needed there or later. */
  const needed: Bits[] = [];
  for (const node of nodes.toReversed()) {
    const after = neededAt(needed, firstSuccessor(node)) | neededAt(needed, secondSuccessor(node));
    let before = after;
    if (node.kind === 'assign') {
      const index = indexOf.get(node.variable);
      before &= ~bit(index);
      if (index !== undefined) conflict(index, before);
    }
    if (node.kind === 'test') before |= readBy(node.value) | readBy(node.operand);
    else if (node.kind === 'assign' || node.kind === 'touch') before |= readBy(node.value);
    needed[node.id] = before;
  }
  // What is needed at the start is 0 there, so all of it is in memory at once.
  const atStart = neededAt(needed, nodes[0]);
  for (const index of variables.keys()) if (has(atStart, index)) conflict(index, atStart & ~bit(index));
  return conflicts;
}

function neededAt(needed: readonly Bits[], node: Node | undefined): Bits {
  return node === undefined ? 0n : (needed[node.id] ?? 0n);
}

function bit(index: number | undefined): Bits {
  return index === undefined ? 0n : 1n << BigInt(index);
}

function has(bits: Bits, index: number): boolean {
  return (bits & bit(index)) !== 0n;
}
