/** Emits the code that loads a value into a register, and reuses what the registers already hold. @module */
import { SKF_AD_OFF } from '../ancillary.ts';
import {
  type BinaryOperator,
  type LoadSize,
  mayDivideByZero,
  type Value,
  type VariableValue,
} from '../compile/value.ts';
import { BPF_MEMORY_WORDS, BpfAlu, BpfClass, BpfMisc, BpfMode, BpfSize, BpfSource } from '../instruction.ts';
import { LimitError } from '../language/limits.ts';
import type { CodeBuffer } from './code-buffer.ts';
import { forget, NOTHING_KNOWN, type RegisterState } from './registers.ts';

/** Thrown when a variable is read that no register holds any more: it needs a word of memory from its assignment on. */
export class SpillRequest extends Error {
  readonly variable: VariableValue;

  constructor(variable: VariableValue) {
    super('a variable must live in memory');
    this.variable = variable;
  }
}

const ALU: Readonly<Record<BinaryOperator, number>> = {
  add: BpfAlu.add,
  sub: BpfAlu.sub,
  mul: BpfAlu.mul,
  div: BpfAlu.div,
  mod: BpfAlu.mod,
  and: BpfAlu.and,
  or: BpfAlu.or,
  xor: BpfAlu.xor,
  lsh: BpfAlu.lsh,
  rsh: BpfAlu.rsh,
};
const COMMUTATIVE: ReadonlySet<BinaryOperator> = new Set(['add', 'mul', 'and', 'or', 'xor']);

export class ValueCode {
  readonly #code: CodeBuffer;
  /** The memory words of variables kept in memory; several variables may share a word. */
  readonly #words: ReadonlyMap<VariableValue, number>;
  readonly #firstFreeWord: number;
  /** Number of intermediate results in memory. They occupy words from M[15] down. */
  #temporaries = 0;
  state: RegisterState = NOTHING_KNOWN;

  constructor(code: CodeBuffer, words: ReadonlyMap<VariableValue, number>) {
    this.#code = code;
    this.#words = words;
    this.#firstFreeWord = Math.max(0, ...[...words.values()].map((word) => word + 1));
  }

  /** Loads `value` into A. */
  loadA(value: Value): void {
    if (this.state.a.includes(value)) return;
    if (this.state.x.includes(value)) {
      this.#code.push(BpfClass.misc | BpfMisc.txa);
      this.state = { ...this.state, a: this.state.x };
      return;
    }
    this.#computeA(value);
    this.state = { ...this.state, a: [value] };
  }

  #computeA(value: Value): void {
    const code = this.#code;
    switch (value.kind) {
      case 'constant':
        code.push(BpfClass.ld | BpfMode.immediate, value.value);
        break;
      case 'length':
        code.push(BpfClass.ld | BpfMode.length);
        break;
      case 'ancillary':
        code.push(BpfClass.ld | BpfMode.absolute, (SKF_AD_OFF + value.offset) >>> 0);
        break;
      case 'variable':
        code.push(BpfClass.ld | BpfMode.memory, this.#word(value));
        break;
      case 'load':
        if (value.base !== undefined) this.loadX(value.base);
        code.push(
          BpfClass.ld | widthOf(value.size) | (value.base === undefined ? BpfMode.absolute : BpfMode.indirect),
          value.offset,
        );
        break;
      case 'headerLength':
        this.loadX(value);
        code.push(BpfClass.misc | BpfMisc.txa);
        break;
      case 'negate':
        this.loadA(value.operand);
        code.push(BpfClass.alu | BpfAlu.neg);
        break;
      case 'binary':
        this.#computeBinary(value.operator, value.left, value.right);
        break;
    }
  }

  #computeBinary(operator: BinaryOperator, left: Value, right: Value): void {
    // The kernel refuses a division by a constant zero, so a zero divisor is loaded into X.
    if (right.kind === 'constant' && !mayDivideByZero(operator, right)) {
      this.loadA(left);
      this.#code.push(BpfClass.alu | ALU[operator], right.value);
      return;
    }
    const swapped = COMMUTATIVE.has(operator) && this.#prefersSwap(left, right);
    const [first, second] = swapped ? [right, left] : [left, right];
    this.loadBoth(first, second);
    this.#code.push(BpfClass.alu | ALU[operator] | BpfSource.x);
  }

  /** Returns whether a commutative operation is cheaper with `left` in X. */
  #prefersSwap(left: Value, right: Value): boolean {
    if (this.state.a.includes(right) && this.#canLoadX(left)) return true;
    if (this.#canLoadX(right)) return usesX(left) && this.#canLoadX(left);
    return this.#canLoadX(left) || wordsFor(left) > wordsFor(right) || (usesX(left) && !usesX(right));
  }

  /** Loads `first` into A and `second` into X. */
  loadBoth(first: Value, second: Value): void {
    const { state } = this;
    if (state.x.includes(second) && !usesX(first)) this.loadA(first);
    else if (this.#canLoadX(second) || (state.a.includes(first) && state.x.includes(second))) {
      this.loadA(first);
      this.loadX(second);
    } else if (usesX(first)) this.#loadBothThroughMemory(first, second);
    else {
      this.loadA(second);
      this.#moveToX();
      this.loadA(first);
    }
  }

  /** Loads both with one of them in scratch memory. The one that needs more words itself is computed first. */
  #loadBothThroughMemory(first: Value, second: Value): void {
    const word = BPF_MEMORY_WORDS - 1 - this.#temporaries;
    if (word < this.#firstFreeWord) throw new LimitError('too many intermediate results');
    const firstComesFirst = wordsFor(first) > wordsFor(second);
    this.loadA(firstComesFirst ? first : second);
    this.#code.push(BpfClass.st, word);
    this.#temporaries += 1;
    this.loadA(firstComesFirst ? second : first);
    this.#temporaries -= 1;
    if (firstComesFirst) {
      this.#moveToX();
      this.#code.push(BpfClass.ld | BpfMode.memory, word);
    } else this.#code.push(BpfClass.ldx | BpfMode.memory, word);
    this.state = { a: [first], x: [second] };
  }

  /** Loads `value` into X; leaves A unchanged if one instruction can load X. */
  loadX(value: Value): void {
    if (this.state.x.includes(value)) return;
    const direct = this.state.a.includes(value) ? undefined : this.#loadOfX(value);
    if (direct === undefined) {
      this.loadA(value);
      this.#moveToX();
      return;
    }
    this.#code.push(direct.code, direct.k);
    this.state = { ...this.state, x: [value] };
  }

  /** Returns the one instruction that loads `value` into X, if it exists. */
  #loadOfX(value: Value): { readonly code: number; readonly k: number } | undefined {
    switch (value.kind) {
      case 'constant':
        return { code: BpfClass.ldx | BpfMode.immediate, k: value.value };
      case 'length':
        return { code: BpfClass.ldx | BpfMode.length, k: 0 };
      case 'headerLength':
        return { code: BpfClass.ldx | BpfSize.byte | BpfMode.header, k: value.offset };
      case 'variable':
        return { code: BpfClass.ldx | BpfMode.memory, k: this.#word(value) };
      default:
        return undefined;
    }
  }

  #moveToX(): void {
    this.#code.push(BpfClass.misc | BpfMisc.tax);
    this.state = { a: this.state.a, x: this.state.a };
  }

  /** Sets `variable` to `value` in `register`, and in memory if the variable is kept there. */
  assign(variable: VariableValue, value: Value, register: 'a' | 'x'): void {
    const word = this.#words.get(variable);
    // A value that is computed in A and kept in memory is loaded into X when it is used there.
    const through = register === 'x' && (word === undefined || this.#isCheapInX(value)) ? 'x' : 'a';
    if (through === 'x') this.loadX(value);
    else this.loadA(value);
    if (word !== undefined) this.#code.push(through === 'x' ? BpfClass.stx : BpfClass.st, word);
    const known = forget(this.state, variable);
    this.state = { ...known, [through]: [...known[through], variable] };
  }

  #isCheapInX(value: Value): boolean {
    return this.state.x.includes(value) || (!this.state.a.includes(value) && this.#canLoadX(value));
  }

  #canLoadX(value: Value): boolean {
    if (value.kind === 'constant' || value.kind === 'length' || value.kind === 'headerLength') return true;
    return value.kind === 'variable' && this.#words.has(value);
  }

  #word(variable: VariableValue): number {
    const word = this.#words.get(variable);
    if (word === undefined) throw new SpillRequest(variable);
    return word;
  }
}

function widthOf(size: LoadSize): number {
  return size === 4 ? BpfSize.word : size === 2 ? BpfSize.half : BpfSize.byte;
}

/** Returns the scratch words that computing `value` takes (Sethi and Ullman's numbering, for a machine with A and X). */
function wordsFor(value: Value): number {
  switch (value.kind) {
    case 'load':
      return value.base === undefined ? 0 : wordsFor(value.base);
    case 'negate':
      return wordsFor(value.operand);
    case 'binary': {
      const left = wordsFor(value.left);
      const right = wordsFor(value.right);
      const isKept = usesX(value.left) && (usesX(value.right) || !COMMUTATIVE.has(value.operator));
      return isKept && left === right && value.right.kind !== 'constant' ? left + 1 : Math.max(left, right);
    }
    default:
      return 0;
  }
}

/** Returns whether computing `value` changes X. */
function usesX(value: Value): boolean {
  switch (value.kind) {
    case 'load':
      return value.base !== undefined;
    case 'headerLength':
      return true;
    case 'negate':
      return usesX(value.operand);
    case 'binary':
      return value.right.kind !== 'constant' || mayDivideByZero(value.operator, value.right) || usesX(value.left);
    default:
      return false;
  }
}
