/**
 * Contents of registers as expressions over the frame. Equal expressions are one object, so that the code generator
 * computes each once; constants are folded, and byte order is handled where it is free: WebAssembly is little-endian,
 * and a comparison with a constant can swap the bytes of the constant instead. @module
 */
import type { AncillaryLayout } from '../ancillary.ts';
import { BpfAlu } from '../instruction.ts';
import { calculate } from './semantics.ts';

export type AncillaryField = Exclude<keyof typeof AncillaryLayout, 'size'>;

/** Operations of expressions, with their operands. */
export type ValueKind =
  | 'constant' // `constant`
  | 'variable' // a register whose value depends on the path; kept in a local of its own
  | 'wire' // length on the wire
  | 'ancillary' // `field`
  | 'load' // `width` bytes at `left` (none: 0) + `constant`, in memory order
  | 'swap' // the `width` low bytes of `left`, reversed
  | 'binary' // `left` `operation` `right`
  | 'negate'; // of `left`

export interface Value {
  readonly kind: ValueKind;
  readonly constant: number;
  readonly width: 0 | 1 | 2 | 4;
  readonly operation: number;
  readonly left: Value | undefined;
  readonly right: Value | undefined;
  readonly field: AncillaryField | undefined;
  /** Upper bound of the value. */
  readonly maximum: number;
  /** Depth of the tree of operands. */
  readonly depth: number;
  readonly id: number;
  /** Number of uses in the code. */
  uses: number;
}

const ALL = 0xffff_ffff;

/** Deeper expressions are computed at once, to limit the nesting. */
export const DEEPEST_EXPRESSION = 24;

type Description = Partial<Pick<Value, 'constant' | 'width' | 'operation' | 'left' | 'right' | 'field'>>;

export class ValueTable {
  readonly #values = new Map<string, Value>();
  #count = 0;

  constant(value: number): Value {
    const constant = value >>> 0;
    return this.#intern('constant', { constant }, constant);
  }

  /** Never equal to another one. */
  variable(): Value {
    return this.#create('variable', {}, ALL);
  }

  wire(): Value {
    return this.#intern('wire', {}, ALL);
  }

  ancillary(field: AncillaryField): Value {
    return this.#intern('ancillary', { field }, ALL);
  }

  /** Makes the big-endian number at `index` + `offset`; their sum must not exceed 2^32. */
  load(width: 1 | 2 | 4, index: Value | undefined, offset: number): Value {
    const raw = this.#intern('load', { width, left: index, constant: offset }, 2 ** (8 * width) - 1);
    return width === 1 ? raw : this.#swap(width, raw);
  }

  #swap(width: 2 | 4, value: Value): Value {
    return this.#intern('swap', { width, left: value }, width === 2 ? 0xffff : ALL);
  }

  negate(value: Value): Value {
    if (value.kind === 'constant') return this.constant(-value.constant);
    return this.#intern('negate', { left: value }, ALL);
  }

  /** The caller rejects division and remainder by a constant 0. */
  binary(operation: number, left: Value, right: Value): Value {
    if (right.kind === 'constant') {
      if (left.kind === 'constant') return this.constant(calculate(operation, left.constant, right.constant));
      const simpler = this.#withConstant(operation, left, right.constant);
      if (simpler !== undefined) return simpler;
    }
    return this.#intern('binary', { operation, left, right }, maximumOf(operation, left, right));
  }

  #withConstant(operation: number, left: Value, constant: number): Value | undefined {
    if (constant === 0 && KEEPS_WITH_ZERO.has(operation)) return left;
    if (operation === BpfAlu.and && isMaskOver(constant, left.maximum)) return left;
    if ((operation === BpfAlu.lsh || operation === BpfAlu.rsh) && constant > 31) return this.constant(0);
    // Bitwise operations commute with swapping the bytes.
    if (left.kind === 'swap' && left.left !== undefined && BITWISE.has(operation)) {
      const width = left.width as 2 | 4;
      const isInside = operation === BpfAlu.and || width === 4 || constant <= 0xffff;
      if (isInside) {
        const swapped = this.constant(swapBytes(constant, width));
        return this.#swap(width, this.binary(operation, left.left, swapped));
      }
    }
    return undefined;
  }

  #intern(kind: ValueKind, description: Description, maximum: number): Value {
    const { constant = 0, width = 0, operation = 0, left, right, field = '' } = description;
    const key = `${kind} ${constant} ${width} ${operation} ${left?.id ?? ''} ${right?.id ?? ''} ${field}`;
    let value = this.#values.get(key);
    if (value === undefined) {
      value = this.#create(kind, description, maximum);
      this.#values.set(key, value);
    }
    return value;
  }

  #create(kind: ValueKind, description: Description, maximum: number): Value {
    const { constant = 0, width = 0, operation = 0, left, right, field } = description;
    const depth = 1 + Math.max(left?.depth ?? 0, right?.depth ?? 0);
    this.#count += 1;
    const id = this.#count;
    return { kind, constant, width, operation, left, right, field, maximum, depth, id, uses: 0 };
  }
}

const BITWISE = new Set<number>([BpfAlu.and, BpfAlu.or, BpfAlu.xor]);
const KEEPS_WITH_ZERO = new Set<number>([BpfAlu.add, BpfAlu.sub, BpfAlu.or, BpfAlu.xor, BpfAlu.lsh, BpfAlu.rsh]);

/**
 * Returns whether `constant` has all bits up to the highest bit of `maximum`, so that masking with it changes nothing.
 */
function isMaskOver(constant: number, maximum: number): boolean {
  return (constant & (constant + 1)) >>> 0 === 0 && maximum <= constant;
}

/** Returns the low `width` bytes in reverse order. */
export function swapBytes(value: number, width: 2 | 4): number {
  if (width === 2) return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
  return ((value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24)) >>> 0;
}

function maximumOf(operation: number, left: Value, right: Value): number {
  const isConstant = right.kind === 'constant';
  switch (operation) {
    case BpfAlu.add:
      return within(left.maximum + right.maximum);
    case BpfAlu.mul:
      return within(left.maximum * right.maximum);
    case BpfAlu.and:
      return Math.min(left.maximum, right.maximum);
    case BpfAlu.or:
    case BpfAlu.xor:
      return onesOver(Math.max(left.maximum, right.maximum));
    case BpfAlu.div:
      return isConstant ? Math.floor(left.maximum / right.constant) : left.maximum;
    case BpfAlu.mod:
      return isConstant ? right.constant - 1 : left.maximum;
    case BpfAlu.lsh:
      return isConstant ? within(left.maximum * 2 ** right.constant) : ALL;
    case BpfAlu.rsh:
      return isConstant ? left.maximum >>> right.constant : left.maximum;
    default:
      return ALL;
  }
}

/** A sum or product of more than 32 bits wraps, and may then be any number. */
function within(maximum: number): number {
  return maximum > ALL ? ALL : maximum;
}

/** Returns all ones up to the highest bit of `maximum`. */
function onesOver(maximum: number): number {
  return maximum === 0 ? 0 : ALL >>> Math.clz32(maximum);
}
