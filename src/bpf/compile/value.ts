/**
 * Values: the operands of tests. A value is a tree of loads, constants and arithmetic without side effects, and equal
 * trees are one object (hash-consing), so "the same value" is `===` in every later pass. The only effect that
 * evaluating a value can have is to reject the packet: by a load outside of it, or by a division by zero. @module
 */
import { InternTable } from './intern-table.ts';

/** Operations of the BPF accumulator, all modulo 2^32. */
export type BinaryOperator = 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'and' | 'or' | 'xor' | 'lsh' | 'rsh';
export type LoadSize = 1 | 2 | 4;

interface Numbered {
  /** Unique within one compilation; operands have smaller ones. */
  readonly id: number;
  /** Computed on first use by `traitsOf`. */
  traits: ValueTraits | undefined;
}

/** Properties of a value that the passes need often. */
export interface ValueTraits {
  /** All loads, at fixed and at computed offsets. */
  readonly loads: readonly LoadEnd[];
  /** The end of the loads at fixed offsets. */
  readonly fixedEnd: number;
  /** Whether a divisor may be zero. */
  readonly divides: boolean;
  /** Whether computing the value can reject a packet. */
  readonly mayReject: boolean;
  /** Whether a packet of `fixedEnd` bytes cannot be rejected. */
  readonly fixedOnly: boolean;
  readonly variables: readonly VariableValue[];
}

/** The bytes that a load needs: up to `end`, counted from the value with the id `base`. */
export interface LoadEnd {
  readonly base: number;
  readonly end: number;
}

export type Value =
  | (Numbered & { readonly kind: 'constant'; readonly value: number })
  /** Bytes of the packet at `offset`, relative to `base` if there is one. */
  | (Numbered & {
      readonly kind: 'load';
      readonly size: LoadSize;
      readonly base: Value | undefined;
      readonly offset: number;
    })
  /** Four times the low half of the byte at `offset`: the length of an IPv4 header (`ldxb 4*([k]&0xf)`). */
  | (Numbered & { readonly kind: 'headerLength'; readonly offset: number })
  /** Length of the packet on the wire. */
  | (Numbered & { readonly kind: 'length' })
  /** Metadata of the kernel: a load at `SKF_AD_OFF + offset`. */
  | (Numbered & { readonly kind: 'ancillary'; readonly offset: number })
  /** The value of the last `assign` on the path; 0 without one. */
  | (Numbered & { readonly kind: 'variable'; readonly index: number; readonly name: string })
  | (Numbered & { readonly kind: 'negate'; readonly operand: Value })
  | (Numbered & {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Value;
      readonly right: Value;
    });

export type ConstantValue = Extract<Value, { kind: 'constant' }>;
export type LoadValue = Extract<Value, { kind: 'load' }>;
export type VariableValue = Extract<Value, { kind: 'variable' }>;

const COMMUTATIVE: ReadonlySet<BinaryOperator> = new Set(['add', 'mul', 'and', 'or', 'xor']);
/** Operations whose result is 0 when the left operand is 0. */
const ABSORBED_BY_ZERO: ReadonlySet<BinaryOperator> = new Set(['mul', 'div', 'mod', 'lsh', 'rsh']);
const ALL_ONES = 0xffff_ffff;

/** First numbers of the keys of values; those of binary operators are separate. */
const KEYS = { constant: 10, load: 11, headerLength: 12, length: 13, ancillary: 14, variable: 15, negate: 16 } as const;
const OPERATOR_KEYS: Readonly<Record<BinaryOperator, number>> = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  mod: 4,
  and: 5,
  or: 6,
  xor: 7,
  lsh: 8,
  rsh: 9,
};
/** The id of a missing base. */
const NO_BASE = -1;

/**
 * Makes values, each once. The constructors apply simplifications that hold for every packet, including packets cut
 * short.
 */
export class ValueTable {
  readonly #known = new InternTable<Value>();
  readonly #simplifies: boolean;
  #variables = 0;

  /** @param simplifies false: values stay as the filter has them */
  constructor(simplifies = true) {
    this.#simplifies = simplifies;
  }

  /** Number of variables made so far. */
  get variableCount(): number {
    return this.#variables;
  }

  constant(value: number): ConstantValue {
    const wrapped = value >>> 0;
    return (this.#known.find(KEYS.constant, wrapped | 0, 0, 0, 0) ??
      this.#known.add<Value>({
        kind: 'constant',
        id: this.#known.size,
        traits: undefined,
        value: wrapped,
      })) as ConstantValue;
  }

  /**
   * Makes a load. A constant part of `base` moves into `offset`. Offsets are computed in 32 bits, as in Linux and our
   * engines.
   */
  load(size: LoadSize, base: Value | undefined, offset: number): Value {
    const simpler = this.#simplifies ? this.#simplerLoad(size, base, offset) : undefined;
    if (simpler !== undefined) return simpler;
    const place = offset | 0;
    const baseId = base === undefined ? NO_BASE : base.id;
    return (
      this.#known.find(KEYS.load, size, baseId, place, 0) ??
      this.#known.add<Value>({ kind: 'load', id: this.#known.size, traits: undefined, size, base, offset })
    );
  }

  #simplerLoad(size: LoadSize, base: Value | undefined, offset: number): Value | undefined {
    if (base?.kind === 'constant') {
      const sum = (base.value + offset) >>> 0;
      // The kernel reads offsets from 2^31 on as negative. No packet is that long, so the bounds check rejects it.
      if (sum < 0x8000_0000) return this.load(size, undefined, sum);
    }
    if (base?.kind === 'binary' && base.operator === 'add' && base.right.kind === 'constant') {
      const sum = base.right.value + offset;
      if (sum < 0x1_0000 && isSmall(base.left)) return this.load(size, base.left, sum);
    }
    return undefined;
  }

  headerLength(offset: number): Value {
    return (
      this.#known.find(KEYS.headerLength, offset, 0, 0, 0) ??
      this.#known.add<Value>({ kind: 'headerLength', id: this.#known.size, traits: undefined, offset })
    );
  }

  length(): Value {
    return (
      this.#known.find(KEYS.length, 0, 0, 0, 0) ??
      this.#known.add<Value>({ kind: 'length', id: this.#known.size, traits: undefined })
    );
  }

  ancillary(offset: number): Value {
    return (
      this.#known.find(KEYS.ancillary, offset, 0, 0, 0) ??
      this.#known.add<Value>({ kind: 'ancillary', id: this.#known.size, traits: undefined, offset })
    );
  }

  /** Makes a new variable. */
  variable(name = `variable ${this.#variables + 1}`): VariableValue {
    const index = this.#variables;
    this.#variables += 1;
    this.#known.find(KEYS.variable, index, 0, 0, 0);
    return this.#known.add<VariableValue>({ kind: 'variable', id: this.#known.size, traits: undefined, index, name });
  }

  negate(operand: Value): Value {
    if (this.#simplifies && operand.kind === 'constant') return this.constant(-operand.value);
    if (this.#simplifies && operand.kind === 'negate') return operand.operand;
    return (
      this.#known.find(KEYS.negate, operand.id, 0, 0, 0) ??
      this.#known.add<Value>({ kind: 'negate', id: this.#known.size, traits: undefined, operand })
    );
  }

  /** Makes `left operator right`, simplified. */
  binary(operator: BinaryOperator, left: Value, right: Value): Value {
    if (!this.#simplifies) return this.#intern(operator, left, right);
    if (left.kind === 'constant' && right.kind === 'constant' && !mayDivideByZero(operator, right)) {
      return this.constant(fold(operator, left.value, right.value));
    }
    if (left.kind === 'constant' && COMMUTATIVE.has(operator)) return this.binary(operator, right, left);
    if (right.kind === 'constant') return this.#withConstant(operator, left, right.value);
    return this.#plain(operator, left, right);
  }

  #withConstant(operator: BinaryOperator, left: Value, k: number): Value {
    switch (operator) {
      case 'sub':
        return this.#withConstant('add', left, -k >>> 0);
      case 'mul':
        if (k === 0) return this.#masked(left, 0);
        if (isPowerOfTwo(k)) return this.#withConstant('lsh', left, Math.log2(k));
        break;
      case 'div':
        if (isPowerOfTwo(k)) return this.#withConstant('rsh', left, Math.log2(k));
        break;
      case 'mod':
        if (isPowerOfTwo(k)) return this.#withConstant('and', left, k - 1);
        break;
      case 'and':
        return this.#masked(left, k);
      case 'lsh': {
        const length = k === 2 ? headerLengthOffset(left) : undefined;
        if (length !== undefined) return this.headerLength(length);
        break;
      }
      case 'or':
        if (k === ALL_ONES) return this.#plain(operator, left, this.constant(k));
        break;
      default:
    }
    if ((operator === 'lsh' || operator === 'rsh') && k > 31) return this.#masked(left, 0);
    if (k === 0 && operator !== 'div' && operator !== 'mod') return left;
    if (left.kind === 'binary' && left.right.kind === 'constant' && left.operator === operator) {
      const joined = joinConstants(operator, left.right.value, k);
      if (joined !== undefined) return this.#withConstant(operator, left.left, joined);
    }
    return this.#plain(operator, left, this.constant(k));
  }

  #masked(left: Value, mask: number): Value {
    const kept = (mask & naturalMask(left)) >>> 0;
    if (kept === 0 && isFree(left)) return this.constant(0);
    if (kept === naturalMask(left)) return left;
    if (left.kind === 'binary' && left.operator === 'and' && left.right.kind === 'constant') {
      return this.#masked(left.left, (left.right.value & kept) >>> 0);
    }
    return this.#plain('and', left, this.constant(kept));
  }

  #plain(operator: BinaryOperator, left: Value, right: Value): Value {
    const swap = COMMUTATIVE.has(operator) && right.kind !== 'constant' && left.id > right.id;
    return swap ? this.#intern(operator, right, left) : this.#intern(operator, left, right);
  }

  #intern(operator: BinaryOperator, left: Value, right: Value): Value {
    const key = OPERATOR_KEYS[operator];
    return (
      this.#known.find(key, left.id, right.id, 0, 0) ??
      this.#known.add<Value>({ kind: 'binary', id: this.#known.size, traits: undefined, operator, left, right })
    );
  }
}

/** Computes an operation of the BPF machine. Shifts by more than 31 give 0; the caller handles a zero divisor. */
export function fold(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case 'add':
      return (left + right) >>> 0;
    case 'sub':
      return (left - right) >>> 0;
    case 'mul':
      return Math.imul(left, right) >>> 0;
    case 'div':
      return Math.floor(left / right);
    case 'mod':
      return left % right;
    case 'and':
      return (left & right) >>> 0;
    case 'or':
      return (left | right) >>> 0;
    case 'xor':
      return (left ^ right) >>> 0;
    case 'lsh':
      return right > 31 ? 0 : (left << right) >>> 0;
    case 'rsh':
      return right > 31 ? 0 : left >>> right;
  }
}

/** Returns the bits that can be set, derived from the width of loads alone. */
export function naturalMask(value: Value): number {
  switch (value.kind) {
    case 'constant':
      return value.value;
    case 'load':
      return value.size === 4 ? ALL_ONES : value.size === 2 ? 0xffff : 0xff;
    case 'headerLength':
      return 0x3c;
    case 'binary':
      if (value.operator === 'and') return (naturalMask(value.left) & naturalMask(value.right)) >>> 0;
      if (ABSORBED_BY_ZERO.has(value.operator) && naturalMask(value.left) === 0) return 0;
      if (value.operator === 'rsh' && value.right.kind === 'constant')
        return naturalMask(value.left) >>> value.right.value;
      return ALL_ONES;
    default:
      return ALL_ONES;
  }
}

/** Calls `visit` for every value inside `value`, and last for `value` itself. */
export function walkValue(value: Value, visit: (part: Value) => void): void {
  if (value.kind === 'load' && value.base !== undefined) walkValue(value.base, visit);
  else if (value.kind === 'negate') walkValue(value.operand, visit);
  else if (value.kind === 'binary') {
    walkValue(value.left, visit);
    walkValue(value.right, visit);
  }
  visit(value);
}

/** Returns whether `left operator right` may reject the packet, as a division by zero does. */
export function mayDivideByZero(operator: BinaryOperator, right: Value): boolean {
  return (operator === 'div' || operator === 'mod') && (right.kind !== 'constant' || right.value === 0);
}

/** Returns whether `value` loads nothing, so that it need not be computed if the result is known. */
function isFree({ kind }: Value): boolean {
  return kind === 'constant' || kind === 'length' || kind === 'variable';
}

/** Returns whether adding an offset below 2^16 cannot wrap around. */
function isSmall(value: Value): boolean {
  if (value.kind === 'headerLength' || value.kind === 'load' || value.kind === 'binary')
    return naturalMask(value) <= 0xffff;
  return false;
}

/** Returns the offset of the byte in `byte & 0xf`, if `value` has that form. */
function headerLengthOffset(value: Value): number | undefined {
  if (value.kind !== 'binary' || value.operator !== 'and' || value.right.kind !== 'constant') return undefined;
  const { left, right } = value;
  if (right.value !== 0xf || left.kind !== 'load' || left.size !== 1 || left.base !== undefined) return undefined;
  return left.offset;
}

function joinConstants(operator: BinaryOperator, first: number, second: number): number | undefined {
  if (operator === 'add' || operator === 'or' || operator === 'xor') return fold(operator, first, second);
  if (operator === 'lsh' || operator === 'rsh') return first + second <= 31 ? first + second : undefined;
  return undefined;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
