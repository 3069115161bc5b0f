/** Explains filters as text: syntax tree, tests in words, program with labels, graph, decisions and counts. @module */
import { printable } from '../base/text.ts';
import {
  type BpfInstruction,
  type DecidingTest,
  describeInstruction,
  type FilterExplanation,
  type FilterTest,
  type FrameDecision,
  type SyntaxDescription,
  type Trace,
  type TraceEnd,
  type TraceStep,
} from '../bpf/index.ts';

/** Formats `--explain`: syntax tree, tests and program, each under a headline. */
export function filterExplanationText(explanation: FilterExplanation): string {
  return [
    'Filter',
    explanation.syntax === undefined ? '  every packet' : syntaxText(explanation.syntax, '  '),
    '',
    'Tests',
    ...explanation.steps.map(({ index, text, next }) => {
      const [first, second] = next;
      if (first === undefined) return `  ${index}: ${text}`;
      if (second === undefined) return `  ${index}: ${text}; then ${first}`;
      return `  ${index}: ${text}? yes ${first}, no ${second}`;
    }),
    '',
    'Program',
    labelledProgramText(explanation.instructions),
  ].join('\n');
}

function syntaxText({ text, parts }: SyntaxDescription, indent: string): string {
  return [`${indent}${text}`, ...parts.map((part) => syntaxText(part, `${indent}  `))].join('\n');
}

/** Formats the program with a label at every jump target. */
function labelledProgramText(instructions: readonly BpfInstruction[]): string {
  const labels = new Map<number, string>();
  for (const target of [...jumpTargets(instructions)].sort((left, right) => left - right)) {
    labels.set(target, `L${labels.size + 1}`);
  }
  let text = '';
  for (const [index, instruction] of instructions.entries()) {
    const label = labels.get(index);
    if (label !== undefined) text += `${label}:\n`;
    text += `  ${instructionText(instruction, index)}${jumpText(instruction, index, labels)}\n`;
  }
  return text;
}

function instructionText(instruction: BpfInstruction, index: number): string {
  const { mnemonic, operand } = describeInstruction(instruction, index);
  return `(${String(index).padStart(3, '0')}) ${`${mnemonic.padEnd(8)} ${operand}`.trimEnd()}`;
}

const CLASS_MASK = 0x07;
const JUMP = 0x05;
const JUMP_ALWAYS = 0x05;

function jumpTargets(instructions: readonly BpfInstruction[]): ReadonlySet<number> {
  const targets = new Set<number>();
  for (const [index, { code, jt, jf, k }] of instructions.entries()) {
    if ((code & CLASS_MASK) !== JUMP) continue;
    if (code === JUMP_ALWAYS) targets.add(index + 1 + (k | 0));
    else {
      targets.add(index + 1 + jt);
      targets.add(index + 1 + jf);
    }
  }
  return targets;
}

function jumpText({ code, jt, jf, k }: BpfInstruction, index: number, labels: ReadonlyMap<number, string>): string {
  if ((code & CLASS_MASK) !== JUMP) return '';
  if (code === JUMP_ALWAYS) return `  ; ${labels.get(index + 1 + (k | 0))}`;
  return `  ; yes ${labels.get(index + 1 + jt)}, no ${labels.get(index + 1 + jf)}`;
}

/** Formats `--graph`: the decision graph in the DOT language of Graphviz. */
export function filterDot({ expression, steps }: FilterExplanation): string {
  const lines = ['digraph filter {', `  label=${quoted(expression)}; node [shape=box, fontname="monospace"];`];
  for (const { index, text, kind, next } of steps) {
    const style =
      kind === 'accept'
        ? ', style=filled, fillcolor=palegreen'
        : kind === 'reject'
          ? ', style=filled, fillcolor=mistyrose'
          : '';
    lines.push(`  n${index} [label=${quoted(text)}${style}];`);
    const [first, second] = next;
    if (first !== undefined) lines.push(`  n${index} -> n${first}${second === undefined ? '' : ' [label="yes"]'};`);
    if (second !== undefined) lines.push(`  n${index} -> n${second} [label="no"];`);
  }
  return `${lines.join('\n')}\n}\n`;
}

function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to take out
  return `"${text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').replace(/["\\]/g, '\\$&')}"`;
}

const ENDS: Readonly<Record<TraceEnd, string>> = {
  return: '',
  'outside-frame': 'the frame has no such bytes: rejected',
  'division-by-zero': 'division by zero: rejected',
  'no-ancillary': 'available in live captures only: rejected',
  'loop-limit': 'loop limit reached: rejected',
};

/** Limit for lists of hundreds of hosts, all of which decide. */
const MAX_TESTS_SHOWN = 20;

/**
 * Formats the first part of `--trace`: the tests that decided, and the values that they saw.
 * @param accepts the verdict of the program, which on a frame that is cut short may differ from that of the expression
 */
export function filterDecisionText({ matches, tests }: FrameDecision, accepts: boolean): string {
  const lines = tests.slice(0, MAX_TESTS_SHOWN).map((test) => `  ${decidingTestText(test)}`);
  if (tests.length > lines.length) lines.push(`  ... ${tests.length - lines.length} more tests`);
  if (matches !== accepts) lines.push(`  the program ${accepts ? 'accepts' : 'rejects'} the frame, which is cut short`);
  return `${['Decision', ...lines].join('\n')}\n\nProgram\n`;
}

/** Formats `no  port 99: tcp source port is 43966, tcp destination port is 80`. */
function decidingTestText({ text, matches, because }: DecidingTest): string {
  const seen = because.map(({ field, value }) => `${field} is ${value}`).join(', ');
  const outcome = matches === undefined ? 'cut' : matches ? 'yes' : 'no ';
  return `${outcome} ${printable(text.replace(/\s+/g, ' '))}${seen === '' ? '' : `: ${seen}`}`;
}

/** Number of frames in a file, and how many of them match the whole filter and each of its tests alone. */
export interface FilterCount {
  readonly frames: number;
  readonly matches: number;
  readonly tests: readonly (FilterTest & { readonly matches: number })[];
}

/** Formats `--count`: a line for each test. */
export function filterCountText({ frames, matches, tests }: FilterCount): string {
  const rows = [
    ...tests.map((test) => [`${test.matches}`, printable(test.text.replace(/\s+/g, ' '))] as const),
    [`${matches}`, 'the whole filter'] as const,
    [`${frames}`, 'frames in the file'] as const,
  ];
  const width = Math.max(...rows.map(([count]) => count.length));
  return rows.map(([count, text]) => `${count.padStart(width)}  ${text}\n`).join('');
}

/** Formats the second part of `--trace`: each instruction with the bytes that it read and the registers after it. */
export function filterTraceText(instructions: readonly BpfInstruction[], frame: Uint8Array, trace: Trace): string {
  const lines = trace.steps.map((step) => stepText(instructions, frame, step));
  if (trace.omitted > 0) lines.push(`  ... ${trace.omitted} more steps`);
  lines.push(trace.verdict === 0 ? 'rejected' : `accepted, ${trace.verdict} bytes to keep`);
  return `${lines.join('\n')}\n`;
}

function stepText(instructions: readonly BpfInstruction[], frame: Uint8Array, step: TraceStep): string {
  const instruction = instructions[step.index];
  const code = instruction === undefined ? '' : instructionText(instruction, step.index);
  const notes: string[] = [];
  if (step.read !== undefined) notes.push(bytesText(frame, step.read));
  if (step.taken !== undefined) notes.push(step.taken ? 'yes' : 'no');
  if (step.end !== undefined && step.end !== 'return') notes.push(ENDS[step.end]);
  notes.push(`A=0x${step.a.toString(16)} X=0x${step.x.toString(16)}`);
  return `  ${code.padEnd(48)} ${notes.join('; ')}`;
}

function bytesText(
  frame: Uint8Array,
  { offset, length }: { readonly offset: number; readonly length: number },
): string {
  const bytes = [...frame.subarray(offset, offset + length)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `bytes ${offset}-${offset + length - 1}: ${bytes.length === 0 ? 'none' : bytes.join(' ')}`;
}
