/** A filter in words: its syntax tree, and the tests that its program makes. Data only; `report/` makes text of it. @module */
import { LinkType } from '../base/link-type.ts';
import type { Value } from './compile/value.ts';
import { type FilterOptions, translate } from './compile-filter.ts';
import { describeSyntax, type SyntaxDescription } from './describe-syntax.ts';
import { type FieldNames, fieldNames } from './field-names.ts';
import type { BpfInstruction } from './instruction.ts';
import type { FilterError } from './language/filter-error.ts';
import type { Node } from './optimize/graph.ts';

/** A step of the decision graph. */
export interface ExplainedStep {
  /** Position in `steps`; 0 is where a packet comes in. */
  readonly index: number;
  readonly kind: 'test' | 'set' | 'need' | 'walk' | 'accept' | 'reject';
  readonly text: string;
  /** Steps after this one: for true and false, or the only next one. */
  readonly next: readonly number[];
}

export interface FilterExplanation {
  readonly expression: string;
  readonly linkType: LinkType;
  /** Undefined: no word in the filter, every packet matches. */
  readonly syntax: SyntaxDescription | undefined;
  readonly steps: readonly ExplainedStep[];
  readonly instructions: readonly BpfInstruction[];
  readonly warnings: readonly FilterError[];
}

/**
 * Compiles a filter and tells what each part of it means.
 * @throws FilterError, RangeError as `compileFilter` does
 */
export function explainFilter(expression: string, options: FilterOptions = {}): FilterExplanation {
  const { tree, nodes, instructions, warnings } = translate(expression, options);
  const index = new Map(nodes.map((node, position) => [node, position]));
  const { linkType = LinkType.ethernet } = options;
  const names = fieldNames(nodes, linkType);
  const place = (node: Node) => index.get(node) ?? 0;
  return {
    expression,
    linkType,
    syntax: tree === undefined ? undefined : describeSyntax(tree),
    steps: nodes.map((node, position) => explainNode(node, place, names[position] as FieldNames)),
    instructions,
    warnings,
  };
}

const COMPARISONS = { equal: '=', greater: '>', greaterOrEqual: '>=' } as const;
const OPERATORS = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  mod: '%',
  and: '&',
  or: '|',
  xor: '^',
  lsh: '<<',
  rsh: '>>',
} as const;

function explainNode(node: Node, place: (node: Node) => number, names: FieldNames): ExplainedStep {
  const at = place(node);
  switch (node.kind) {
    case 'return':
      return { index: at, kind: node.accept ? 'accept' : 'reject', text: node.accept ? 'accept' : 'reject', next: [] };
    case 'test': {
      const text = `${valueText(node.value, names)} ${COMPARISONS[node.comparison]} ${operandText(node.operand, names)}`;
      return { index: at, kind: 'test', text, next: [place(node.onTrue), place(node.onFalse)] };
    }
    case 'assign': {
      const text = `${valueText(node.variable, names)} is ${valueText(node.value, names)}`;
      return { index: at, kind: 'set', text, next: [place(node.next)] };
    }
    case 'touch':
      return {
        index: at,
        kind: 'need',
        text: `the packet has ${valueText(node.value, names)}`,
        next: [place(node.next)],
      };
    case 'chain': {
      const text = `a header of protocol ${node.protocol} in the chain of ${node.family} at byte ${node.headerOffset}`;
      return { index: at, kind: 'walk', text, next: [place(node.onTrue), place(node.onFalse)] };
    }
  }
}

/** Constants on the right side are easier to recognise in hexadecimal once they are large. */
function operandText(value: Value, names: FieldNames): string {
  if (value.kind === 'constant' && value.value > 255) return `${value.value} (0x${value.value.toString(16)})`;
  return valueText(value, names);
}

function valueText(value: Value, names: FieldNames): string {
  const name = names(value);
  if (name !== undefined) return name;
  switch (value.kind) {
    case 'constant':
      return `${value.value}`;
    case 'length':
      return 'the length on the wire';
    case 'ancillary':
      return `the kernel's word ${value.offset} about the packet`;
    case 'variable':
      return `place ${value.index + 1}`;
    case 'headerLength':
      return `4 * (byte ${value.offset} & 15)`;
    case 'load': {
      const first = value.base === undefined ? `${value.offset}` : `${valueText(value.base, names)} + ${value.offset}`;
      return value.size === 1 ? `byte ${first}` : `${value.size} bytes at ${first}`;
    }
    case 'negate':
      return `-(${valueText(value.operand, names)})`;
    case 'binary': {
      const mask = value.operator === 'and' && value.right.kind === 'constant';
      const right = mask ? `0x${value.right.value.toString(16)}` : valueText(value.right, names);
      return `(${valueText(value.left, names)} ${OPERATORS[value.operator]} ${right})`;
    }
  }
}
