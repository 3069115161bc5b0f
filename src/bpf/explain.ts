/**
 * Explains a filter: its syntax tree, and the tests of its program in words. Data only; `report/` formats it. @module
 */
import { LinkType } from '../base/link-type.ts';
import { type FilterOptions, translate } from './compile-filter.ts';
import { describeSyntax, type SyntaxDescription } from './describe-syntax.ts';
import { type Known, knownAfter, knownAfterAssign, knownAtStart, knownInBoth } from './field-names.ts';
import { equalityText, type FieldEquality, rangeText } from './field-text.ts';
import type { BpfInstruction } from './instruction.ts';
import type { FilterError } from './language/filter-error.ts';
import { firstSuccessor, type Node, secondSuccessor, type TestNode } from './optimize/graph.ts';
import { equalitiesOf, fieldAround, testText, valueText } from './test-text.ts';

/** A step of the decision graph. */
interface ExplainedStep {
  /** Position in `steps`; 0 is the first one that runs. */
  readonly index: number;
  readonly kind: 'test' | 'set' | 'need' | 'walk' | 'accept' | 'reject';
  readonly text: string;
  /** Successors: for true and false, or the only one. */
  readonly next: readonly number[];
}

export interface FilterExplanation {
  readonly expression: string;
  readonly linkType: LinkType;
  /** Undefined for an empty filter, which every packet matches. */
  readonly syntax: SyntaxDescription | undefined;
  readonly steps: readonly ExplainedStep[];
  readonly instructions: readonly BpfInstruction[];
  readonly warnings: readonly FilterError[];
}

/**
 * Compiles a filter and describes its parts.
 * @throws FilterError, RangeError as `compileFilter` does
 */
export function explainFilter(expression: string, options: FilterOptions = {}): FilterExplanation {
  const { tree, nodes, instructions, warnings } = translate(expression, options);
  const { linkType = LinkType.ethernet } = options;
  return {
    expression,
    linkType,
    syntax: tree === undefined ? undefined : describeSyntax(tree),
    steps: explainNodes(nodes, linkType),
    instructions,
    warnings,
  };
}

/** One or more nodes as one step. */
interface Draft {
  readonly kind: ExplainedStep['kind'];
  readonly text: string;
  readonly next: readonly Node[];
}

function explainNodes(nodes: readonly Node[], linkType: LinkType): readonly ExplainedStep[] {
  const known = knownAt(nodes, linkType);
  const isEnteredOnce = nodesEnteredOnce(nodes);
  const drafts = new Map<Node, Draft>();
  const absorbed = new Set<Node>();
  for (const node of nodes) {
    if (absorbed.has(node)) continue;
    const here = known.get(node) ?? knownAtStart(linkType);
    if (node.kind !== 'test') drafts.set(node, describeNode(node, here));
    else {
      const { draft, tests } = describeTests(node, here, (next) => isEnteredOnce(next) && !absorbed.has(next));
      for (const test of tests) absorbed.add(test);
      drafts.set(node, draft);
    }
  }
  const index = new Map([...drafts.keys()].map((node, position) => [node, position]));
  return [...drafts.values()].map(({ kind, text, next }, position) => {
    return { index: position, kind, text, next: next.map((node) => index.get(node) ?? 0) };
  });
}

/** Computes the known facts at each of the `nodes`, each before its successors. */
function knownAt(nodes: readonly Node[], linkType: LinkType): ReadonlyMap<Node, Known> {
  const all = new Map<Node, Known>();
  const arrive = (node: Node | undefined, now: Known) => {
    if (node === undefined) return;
    const before = all.get(node);
    all.set(node, before === undefined ? now : knownInBoth(before, now));
  };
  arrive(nodes[0], knownAtStart(linkType));
  for (const node of nodes) {
    const now = all.get(node) ?? knownAtStart(linkType);
    arrive(firstSuccessor(node), knownBehind(node, now));
    arrive(secondSuccessor(node), now);
  }
  return all;
}

function knownBehind(node: Node, now: Known): Known {
  if (node.kind === 'test') return knownAfter(node, now);
  return node.kind === 'assign' ? knownAfterAssign(node.variable, node.value, now) : now;
}

function nodesEnteredOnce(nodes: readonly Node[]): (node: Node) => boolean {
  const entered = new Map<Node, number>();
  for (const node of nodes) {
    for (const next of [firstSuccessor(node), secondSuccessor(node)]) {
      if (next !== undefined) entered.set(next, (entered.get(next) ?? 0) + 1);
    }
  }
  return (node) => entered.get(node) === 1;
}

function describeNode(node: Exclude<Node, TestNode>, known: Known): Draft {
  switch (node.kind) {
    case 'return': {
      const kind = node.accept ? 'accept' : 'reject';
      return { kind, text: kind, next: [] };
    }
    case 'assign':
      return {
        kind: 'set',
        text: `${valueText(node.variable, knownBehind(node, known))} := ${valueText(node.value, known)}`,
        next: [node.next],
      };
    case 'touch':
      return { kind: 'need', text: `the packet has ${valueText(node.value, known)}`, next: [node.next] };
    case 'chain': {
      const text = `protocol ${node.protocol} is in the header chain of ${node.family} at byte ${node.headerOffset}`;
      return { kind: 'walk', text, next: [node.onTrue, node.onFalse] };
    }
  }
}

interface Described {
  readonly draft: Draft;
  /** The tests after the first one that the step includes. */
  readonly tests: readonly Node[];
}

/** Describes a test together with following tests of the rest of the same field, or of the other end of a range. */
function describeTests(node: TestNode, known: Known, isFree: (node: Node) => boolean): Described {
  return describeRange(node, known, isFree) ?? describeEqualities(node, known, isFree);
}

/** Describes `x >= low` followed by `x > high`. */
function describeRange(node: TestNode, known: Known, isFree: (node: Node) => boolean): Described | undefined {
  const { value, comparison, operand, onTrue, onFalse } = node;
  if (comparison !== 'greaterOrEqual' || value.kind !== 'load' || operand.kind !== 'constant') return undefined;
  if (onTrue.kind !== 'test' || onTrue.value !== value || onTrue.comparison !== 'greater' || !isFree(onTrue))
    return undefined;
  if (onTrue.operand.kind !== 'constant' || onTrue.onTrue !== onFalse) return undefined;
  const field = fieldAround(value, known);
  if (field === undefined || field.offset !== value.offset) return undefined;
  // A network depends on the first bytes of the address.
  const rest = 256 ** (field.length - value.size);
  const text = rangeText(field, operand.value * rest, onTrue.operand.value * rest + rest - 1);
  return { draft: { kind: 'test', text, next: [onTrue.onFalse, onFalse] }, tests: [onTrue] };
}

function describeEqualities(node: TestNode, known: Known, isFree: (node: Node) => boolean): Described {
  let equalities = equalitiesOf(node, known);
  if (equalities === undefined) {
    return { draft: { kind: 'test', text: testText(node, known), next: [node.onTrue, node.onFalse] }, tests: [] };
  }
  const tests: TestNode[] = [];
  let next = node.onTrue;
  while (next.kind === 'test' && next.onFalse === node.onFalse && isFree(next)) {
    const joined = joinEqualities(equalities, equalitiesOf(next, known));
    if (joined === undefined) break;
    equalities = joined;
    tests.push(next);
    next = next.onTrue;
  }
  const text = equalities.map(equalityText).join(' and ');
  return { draft: { kind: 'test', text, next: [next, node.onFalse] }, tests };
}

/** Combines both if all of `more` are about other bits of the same fields. */
function joinEqualities(
  equalities: readonly FieldEquality[],
  more: readonly FieldEquality[] | undefined,
): FieldEquality[] | undefined {
  if (more === undefined) return undefined;
  const joined = [...equalities];
  for (const { field, mask, bits } of more) {
    const at = joined.findIndex((known) => known.field.name === field.name && known.field.offset === field.offset);
    const known = joined[at];
    if (known === undefined || known.mask.some((byte, index) => (byte & (mask[index] ?? 0)) !== 0)) return undefined;
    const either = (one: readonly number[], other: readonly number[]) =>
      one.map((byte, index) => byte | (other[index] ?? 0));
    joined[at] = { field, mask: either(known.mask, mask), bits: either(known.bits, bits) };
  }
  return joined;
}
