/**
 * Assembles programs from text: the output of `disassemble` and tcpdump (`-d`, `-dd`, `-ddd`), the one-line form of
 * iptables (`4,40 0 0 12,...`), and programs with labels in the syntax of the kernel's bpf_asm
 * (Documentation/networking/filter.rst; `;` begins a comment, a number as a target is the index of an instruction).
 * Every program returned has passed `validate`. @module
 */
import { SKF_AD_OFF } from '../ancillary.ts';
import { BPF_MAX_INSTRUCTIONS, type BpfInstruction } from '../instruction.ts';
import { ANCILLARY_NAMES } from './disassemble.ts';
import { isAlwaysJump, isJump, OPCODES, type Opcode, type OperandForm } from './opcode.ts';
import { ProgramError } from './program-error.ts';
import { type ValidateOptions, validate } from './validate.ts';

/**
 * Assembles a program; the form is recognised from the text.
 * @throws ProgramError `BAD_PROGRAM` with the line or instruction at fault
 */
export function assemble(text: string, options: ValidateOptions = {}): readonly BpfInstruction[] {
  const lines = contentLines(text);
  const first = lines[0]?.text ?? '';
  let instructions: BpfInstruction[];
  if (/^\d+\s*(,|$)/.test(first)) instructions = readDecimal(lines);
  else if (first.startsWith('{')) instructions = lines.map(readInitializer);
  else instructions = new Assembler(lines).assemble();
  validate(instructions, options);
  return instructions;
}

interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** Returns the lines with content, without comments (`;` to the end of the line). */
function contentLines(text: string): readonly Line[] {
  const lines = text
    .split('\n')
    .map((line, index): Line => ({ number: index + 1, text: line.replace(/;.*$/, '').trim() }))
    .filter((line) => line.text !== '');
  if (lines.length > 2 * BPF_MAX_INSTRUCTIONS) {
    throw new ProgramError(`the text is too long; the limit of Linux is ${BPF_MAX_INSTRUCTIONS} instructions`);
  }
  return lines;
}

/** Parses `-ddd`: the number of instructions, then code, jt, jf and k of each, separated by newlines or commas. */
function readDecimal(lines: readonly Line[]): BpfInstruction[] {
  const entries = lines.flatMap((line) =>
    line.text
      .split(',')
      .map((part): Line => ({ number: line.number, text: part.trim() }))
      .filter((part) => part.text !== ''),
  );
  const count = Number(entries[0]?.text);
  const instructions = entries.slice(1).map((entry) => {
    const fields = entry.text.split(/\s+/);
    if (fields.length !== 4 || !fields.every((field) => /^\d+$/.test(field))) {
      throw new ProgramError(`expected four numbers (code, jt, jf, k), found "${entry.text}"`, { line: entry.number });
    }
    return instructionOf(fields.map(Number));
  });
  if (instructions.length !== count) {
    throw new ProgramError(`the first line says ${count} instructions, but ${instructions.length} follow`);
  }
  return instructions;
}

/** Parses `-dd`: `{ 0x28, 0, 0, 0x0000000c },`. */
function readInitializer(line: Line): BpfInstruction {
  const fields =
    /^\{([^{}]*)\},?$/
      .exec(line.text)?.[1]
      ?.split(',')
      .map((field) => field.trim()) ?? [];
  if (fields.length !== 4 || !fields.every((field) => /^(0x[0-9a-f]+|\d+)$/i.test(field))) {
    throw new ProgramError(`expected { code, jt, jf, k }, found "${line.text}"`, { line: line.number });
  }
  return instructionOf(fields.map(Number));
}

function instructionOf([code = 0, jt = 0, jf = 0, k = 0]: readonly number[]): BpfInstruction {
  return { code, jt, jf, k };
}

/** Other mnemonics of bpf_asm; a third entry means that the targets for true and false are swapped. */
const ALIASES: ReadonlyMap<string, readonly [mnemonic: string, isInverted: boolean]> = new Map([
  ['ldi', ['ld', false]],
  ['ldxi', ['ldx', false]],
  ['jmp', ['ja', false]],
  ['jne', ['jeq', true]],
  ['jneq', ['jeq', true]],
  ['jlt', ['jge', true]],
  ['jle', ['jgt', true]],
]);

const ANCILLARY_BY_NAME = new Map([...ANCILLARY_NAMES].map(([offset, name]) => [name, SKF_AD_OFF + offset]));

interface Statement {
  readonly line: number;
  readonly mnemonic: string;
  readonly operand: string;
  /** Names or numbers of jump targets: none, one for true, or one for true and one for false. */
  readonly targets: readonly string[];
}

class Assembler {
  readonly #statements: Statement[] = [];
  readonly #labels = new Map<string, number>();

  constructor(lines: readonly Line[]) {
    for (const line of lines) this.#read(line);
  }

  assemble(): BpfInstruction[] {
    return this.#statements.map((statement, index) => this.#encode(statement, index));
  }

  /** Parses `(003) mnemonic operand`, `label: mnemonic operand, yes, no`, or a label alone. */
  #read({ number, text }: Line): void {
    let rest = text.replace(/^\(\d+\)\s*/, '');
    for (let label = LABEL.exec(rest); label !== null; label = LABEL.exec(rest)) {
      const name = label[1] as string;
      if (this.#labels.has(name)) throw new ProgramError(`duplicate label "${name}"`, { line: number });
      this.#labels.set(name, this.#statements.length);
      rest = rest.slice(label[0].length);
    }
    if (rest === '') return;
    const [mnemonic = '', ...words] = rest.split(/\s+/);
    const { operand, targets } = splitOperands(words.join(' '));
    this.#statements.push({ line: number, mnemonic: mnemonic.toLowerCase(), operand, targets });
  }

  #encode(statement: Statement, index: number): BpfInstruction {
    const [mnemonic, isInverted] = ALIASES.get(statement.mnemonic) ?? [statement.mnemonic, false];
    const isAlways = mnemonic === 'ja';
    const { form, k } = isAlways ? { form: 'target' as const, k: 0 } : parseOperand(statement);
    const opcode = OPCODES.find((entry) => entry.mnemonic === mnemonicFor(mnemonic, form) && fits(entry, form));
    if (opcode === undefined) {
      const known = OPCODES.some((entry) => entry.mnemonic === mnemonic);
      const problem = known ? `${mnemonic} does not take "${statement.operand}"` : `unknown instruction ${mnemonic}`;
      throw new ProgramError(problem, { line: statement.line });
    }
    const { code } = opcode;
    if (isAlwaysJump(code)) {
      return { code, jt: 0, jf: 0, k: this.#distance(statement, statement.operand, index) >>> 0 };
    }
    if (!isJump(code)) return { code, jt: 0, jf: 0, k };
    const [yes, no] = statement.targets;
    if (yes === undefined) throw new ProgramError(`${statement.mnemonic} needs a target`, { line: statement.line });
    const taken = this.#shortDistance(statement, yes, index);
    const other = no === undefined ? 0 : this.#shortDistance(statement, no, index);
    return isInverted ? { code, jt: other, jf: taken, k } : { code, jt: taken, jf: other, k };
  }

  #shortDistance(statement: Statement, target: string, index: number): number {
    const distance = this.#distance(statement, target, index);
    if (distance >= 0 && distance <= 0xff) return distance;
    throw new ProgramError(`"${target}" is ${distance} instructions away; a conditional jump spans 0 to 255`, {
      line: statement.line,
    });
  }

  #distance({ line }: Statement, target: string, index: number): number {
    const position = /^\d+$/.test(target) ? Number(target) : this.#labels.get(target);
    if (position === undefined) throw new ProgramError(`unknown label "${target}"`, { line });
    return position - index - 1;
  }
}

const LABEL = /^([A-Za-z_]\w*)\s*:\s*/;

/** Parses `#0x6 jt 4 jf 7` or `#0x6, yes, no`. */
function splitOperands(text: string): Pick<Statement, 'operand' | 'targets'> {
  const numbered = /^(.*?)\s*\bjt (\d+) jf (\d+)$/.exec(text);
  if (numbered !== null) {
    return { operand: numbered[1] ?? '', targets: [numbered[2] ?? '', numbered[3] ?? ''] };
  }
  const [operand = '', ...targets] = text.split(',').map((part) => part.trim());
  return { operand, targets };
}

/** bpf_asm writes `ldx 4*([14]&0xf)` for the instruction that tcpdump calls `ldxb`. */
function mnemonicFor(mnemonic: string, form: OperandForm): string {
  return mnemonic === 'ldx' && form === 'header' ? 'ldxb' : mnemonic;
}

/** The forms of constants are equivalent, however the opcode prints them. */
function fits(opcode: Opcode, form: OperandForm): boolean {
  return opcode.operand === form || (form === 'decimal' && opcode.operand === 'hexadecimal');
}

const NUMBER = '-?(?:0x[0-9a-f]+|\\d+)';

/** Operand forms with a number. */
const NUMBERED_OPERANDS: readonly (readonly [pattern: RegExp, form: OperandForm])[] = [
  [new RegExp(`^#\\s*(${NUMBER})$`, 'i'), 'decimal'],
  [new RegExp(`^\\[\\s*(${NUMBER})\\s*\\]$`, 'i'), 'absolute'],
  [new RegExp(`^\\[\\s*%?x\\s*\\+\\s*(${NUMBER})\\s*\\]$`, 'i'), 'indirect'],
  [new RegExp(`^M\\[\\s*(${NUMBER})\\s*\\]$`, 'i'), 'memory'],
  [new RegExp(`^4\\s*\\*\\s*\\(\\s*\\[\\s*(${NUMBER})\\s*\\]\\s*&\\s*0xf\\s*\\)$`, 'i'), 'header'],
];

function parseOperand({ operand, line, mnemonic }: Statement): { readonly form: OperandForm; readonly k: number } {
  if (operand === '' || (mnemonic === 'ret' && /^%?a$/i.test(operand))) return { form: 'none', k: 0 };
  if (/^%?x$/i.test(operand)) return { form: 'index', k: 0 };
  if (/^#?(pkt)?len$/.test(operand)) return { form: 'length', k: 0 };
  const ancillary = ANCILLARY_BY_NAME.get(operand.replace(/^#|^\[(.*)\]$/g, '$1'));
  if (ancillary !== undefined) return { form: 'absolute', k: ancillary };
  for (const [pattern, form] of NUMBERED_OPERANDS) {
    const digits = pattern.exec(operand)?.[1];
    if (digits !== undefined) return { form, k: parseNumber(digits, line) };
  }
  throw new ProgramError(`cannot read the operand "${operand}"`, { line });
}

function parseNumber(text: string, line: number): number {
  const magnitude = Number(text.replace('-', ''));
  const value = text.startsWith('-') ? -magnitude : magnitude;
  if (value >= -0x8000_0000 && value <= 0xffff_ffff) return value >>> 0;
  throw new ProgramError(`${text} does not fit in 32 bits`, { line });
}
