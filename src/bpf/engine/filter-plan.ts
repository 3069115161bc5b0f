/**
 * Executes a program symbolically: the checks, comparisons and outputs of each block, as expressions. Values that no
 * check, comparison or return needs are never computed. @module
 */
import { AncillaryOffset, SKF_AD_OFF } from '../ancillary.ts';
import { BpfAlu, BpfClass, type BpfInstruction, BpfJump, BpfMisc, BpfMode, BpfReturn } from '../instruction.ts';
import { buildGraph, type FilterBlock, REGISTER_A, REGISTER_COUNT, REGISTER_M, REGISTER_X } from './filter-graph.ts';
import { DEEPEST_EXPRESSION, swapBytes, type Value, ValueTable } from './filter-values.ts';
import {
  classOf,
  isAbsoluteLoad,
  isAlwaysJump,
  isJump,
  isReturn,
  loadWidth,
  operationOf,
  usesIndexOperand,
} from './opcode.ts';
import { compare, SERVED_ANCILLARY } from './semantics.ts';

/** The steps of a block, in order. Every check rejects the frame when it fails. */
export type Step =
  | { readonly kind: 'check-captured'; readonly length: number } // captured >= length
  | { readonly kind: 'check-index'; readonly index: Value; readonly reach: number } // index + reach <= captured
  | { readonly kind: 'check-divisor'; readonly divisor: Value }
  | { readonly kind: 'check-ancillary' }
  | { readonly kind: 'compute'; readonly value: Value };

/** A conditional jump: `left` `operation` `right`, unsigned. */
export interface Comparison {
  readonly operation: number;
  readonly left: Value;
  readonly right: Value;
}

export type Ending =
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'go'; readonly to: number }
  | { readonly kind: 'branch'; readonly comparison: Comparison; readonly yes: number; readonly no: number };

/** A value that a later block reads from a variable. */
interface Handover {
  readonly variable: Value;
  readonly value: Value;
}

export interface BlockPlan {
  readonly steps: readonly Step[];
  readonly ending: Ending;
  readonly handovers: readonly Handover[];
  readonly predecessors: readonly number[];
}

export interface FilterPlan {
  readonly blocks: readonly BlockPlan[];
  readonly hasLoop: boolean;
}

/** Plans `instructions`, which have passed `validate`. */
export function planFilter(instructions: readonly BpfInstruction[]): FilterPlan {
  return new Planner(instructions).plan();
}

/** Facts that hold at a point of the program on every path to it. */
interface Knowledge {
  /** The frame has at least this number of captured bytes. */
  captured: number;
  /** index + reach lies inside the frame. */
  readonly reaches: Map<Value, number>;
  readonly nonZero: Set<Value>;
  hasAncillary: boolean;
}

interface Exit {
  readonly registers: readonly Value[];
  readonly knowledge: Knowledge;
}

class Planner {
  readonly #instructions: readonly BpfInstruction[];
  readonly #graph;
  readonly #values = new ValueTable();
  readonly #exits: (Exit | undefined)[] = [];
  /** By block and register: the variable that holds the register at the head of the block. */
  readonly #variables: (Value | undefined)[][] = [];
  /** In programs with loops, each register is one variable throughout. */
  readonly #loopVariables: readonly Value[];

  constructor(instructions: readonly BpfInstruction[]) {
    this.#instructions = instructions;
    this.#graph = buildGraph(instructions);
    this.#loopVariables = Array.from({ length: this.#graph.hasLoop ? REGISTER_COUNT : 0 }, () =>
      this.#values.variable(),
    );
  }

  plan(): FilterPlan {
    const bodies = this.#graph.blocks.map((block, number) => this.#planBlock(block, number));
    const blocks = bodies.map(({ steps, ending }, number): BlockPlan => {
      const predecessors = this.#graph.blocks[number]?.predecessors ?? [];
      return { steps, ending, handovers: this.#handovers(ending, number), predecessors };
    });
    for (const block of blocks) countUses(block);
    return { blocks, hasLoop: this.#graph.hasLoop };
  }

  #planBlock(block: FilterBlock, number: number): { steps: readonly Step[]; ending: Ending } {
    const registers = this.#registersAt(block, number);
    const knowledge = this.#knowledgeAt(block, number);
    const zero = this.#values.constant(0);
    const reject: Ending = { kind: 'return', value: zero };
    const worker = new BlockWorker(this.#values, registers, knowledge);
    if (block.needed !== Number.POSITIVE_INFINITY && worker.requireCaptured(block.needed)) {
      for (let index = block.start; index < block.end; index += 1) {
        const instruction = this.#instructions[index] as BpfInstruction;
        if (isJump(instruction.code) || isReturn(instruction.code)) break;
        if (!worker.run(instruction)) return { steps: worker.steps, ending: reject };
      }
    } else return { steps: [], ending: reject };
    this.#exits[number] = { registers, knowledge };
    return { steps: worker.steps, ending: this.#ending(block, worker) };
  }

  #ending(block: FilterBlock, worker: BlockWorker): Ending {
    const last = this.#instructions[block.end - 1] as BpfInstruction;
    const { code, k } = last;
    if (isReturn(code)) {
      const value = (code & 0x18) === BpfReturn.a ? worker.get(REGISTER_A) : this.#values.constant(k);
      return { kind: 'return', value };
    }
    const [yes, no] = block.successors as [number, number | undefined];
    if (no === undefined || yes === no || isAlwaysJump(code)) return { kind: 'go', to: yes };
    const right = usesIndexOperand(code) ? worker.get(REGISTER_X) : this.#values.constant(k);
    const comparison = simplify(this.#values, { operation: operationOf(code), left: worker.get(REGISTER_A), right });
    if (typeof comparison === 'boolean') return { kind: 'go', to: comparison ? yes : no };
    return { kind: 'branch', comparison, yes, no };
  }

  /** Returns the registers at the head of a block: values that all predecessors agree on, else variables. */
  #registersAt(block: FilterBlock, number: number): Value[] {
    const zero = this.#values.constant(0);
    const variables: (Value | undefined)[] = [];
    this.#variables[number] = variables;
    const exits = this.#exitsInto(block);
    const registers = new Array<Value>(REGISTER_COUNT).fill(zero);
    for (let live = block.liveIn; live !== 0; live &= live - 1) {
      const register = 31 - Math.clz32(live & -live);
      const first = exits[0]?.registers[register] ?? zero;
      const isAgreed = !this.#graph.hasLoop && exits.every((exit) => exit.registers[register] === first);
      const variable = isAgreed ? undefined : (this.#loopVariables[register] ?? this.#values.variable());
      variables[register] = variable;
      registers[register] = variable ?? first;
    }
    return registers;
  }

  /** Predecessors that reject every frame do not count. */
  #exitsInto(block: FilterBlock): Exit[] {
    return block.predecessors.flatMap((number) => this.#exits[number] ?? []);
  }

  #knowledgeAt(block: FilterBlock, number: number): Knowledge {
    const nothing: Knowledge = { captured: 0, reaches: new Map(), nonZero: new Set(), hasAncillary: false };
    const [first, ...others] = this.#exitsInto(block);
    const isLoopHead = block.predecessors.some((predecessor) => predecessor >= number);
    if (first === undefined || isLoopHead) return nothing;
    const all = [first, ...others].map((exit) => exit.knowledge);
    const captured = Math.min(...all.map((knowledge) => knowledge.captured));
    const hasAncillary = all.every((knowledge) => knowledge.hasAncillary);
    if (this.#graph.hasLoop) return { ...nothing, captured, hasAncillary }; // variables change under expressions
    const reaches = new Map<Value, number>();
    for (const [index, reach] of first.knowledge.reaches) {
      const common = others.reduce((least, exit) => Math.min(least, exit.knowledge.reaches.get(index) ?? 0), reach);
      if (common > 0) reaches.set(index, common);
    }
    const nonZero = [...first.knowledge.nonZero].filter((value) =>
      others.every((exit) => exit.knowledge.nonZero.has(value)),
    );
    return { captured, reaches, nonZero: new Set(nonZero), hasAncillary };
  }

  #handovers(ending: Ending, number: number): readonly Handover[] {
    const registers = this.#exits[number]?.registers;
    if (registers === undefined) return [];
    const variables = new Map<Value, Value>();
    for (const successor of successorsOf(ending)) {
      for (const [register, variable] of (this.#variables[successor] ?? []).entries()) {
        const value = registers[register];
        if (variable !== undefined && value !== undefined && value !== variable) variables.set(variable, value);
      }
    }
    return [...variables].map(([variable, value]): Handover => ({ variable, value }));
  }
}

export function successorsOf(ending: Ending): readonly number[] {
  if (ending.kind === 'return') return [];
  return ending.kind === 'go' ? [ending.to] : [ending.yes, ending.no];
}

/** Runs the instructions of one block on expressions. */
class BlockWorker {
  readonly steps: Step[] = [];
  readonly #values: ValueTable;
  readonly #registers: Value[];
  readonly #knowledge: Knowledge;

  constructor(values: ValueTable, registers: Value[], knowledge: Knowledge) {
    this.#values = values;
    this.#registers = registers;
    this.#knowledge = knowledge;
  }

  get(register: number): Value {
    return this.#registers[register] as Value;
  }

  /** False once every frame is rejected. */
  run({ code, k }: BpfInstruction): boolean {
    switch (classOf(code)) {
      case BpfClass.ld:
        return this.#load(code, k);
      case BpfClass.ldx:
        return this.#loadIndex(code, k);
      case BpfClass.st:
        return this.#set(REGISTER_M + k, this.get(REGISTER_A));
      case BpfClass.stx:
        return this.#set(REGISTER_M + k, this.get(REGISTER_X));
      case BpfClass.alu:
        return this.#calculate(code, k);
      default:
        if ((code & 0xf8) === BpfMisc.tax) return this.#set(REGISTER_X, this.get(REGISTER_A));
        return this.#set(REGISTER_A, this.get(REGISTER_X));
    }
  }

  requireCaptured(length: number): boolean {
    if (length > 0x7fff_ffff) return false;
    if (length > this.#knowledge.captured) {
      this.steps.push({ kind: 'check-captured', length });
      this.#knowledge.captured = length;
    }
    return true;
  }

  #set(register: number, value: Value): true {
    this.#registers[register] = value;
    if (value.depth >= DEEPEST_EXPRESSION) this.steps.push({ kind: 'compute', value });
    return true;
  }

  #load(code: number, k: number): boolean {
    if (isAbsoluteLoad(code) && k >= SKF_AD_OFF) return this.#loadAncillary(k - SKF_AD_OFF);
    switch (code & 0xe0) {
      case BpfMode.absolute:
        return (
          this.requireCaptured(k + loadWidth(code)) &&
          this.#set(REGISTER_A, this.#values.load(loadWidth(code), undefined, k))
        );
      case BpfMode.indirect:
        return this.#loadIndirect(loadWidth(code), k);
      case BpfMode.length:
        return this.#set(REGISTER_A, this.#values.wire());
      case BpfMode.memory:
        return this.#set(REGISTER_A, this.get(REGISTER_M + k));
      default:
        return this.#set(REGISTER_A, this.#values.constant(k));
    }
  }

  /** X + k wraps in 32 bits; where it provably does not wrap, k becomes part of the load instruction. */
  #loadIndirect(width: 1 | 2 | 4, k: number): boolean {
    const x = this.get(REGISTER_X);
    const isSimple = x.maximum + k + width <= 0xffff_ffff;
    const index = isSimple ? x : this.#values.binary(BpfAlu.add, x, this.#values.constant(k));
    const offset = isSimple ? k : 0;
    if (index.kind === 'constant') {
      const at = index.constant + offset;
      return this.requireCaptured(at + width) && this.#set(REGISTER_A, this.#values.load(width, undefined, at));
    }
    if (!isSimple && index.depth >= DEEPEST_EXPRESSION) this.steps.push({ kind: 'compute', value: index });
    const reach = offset + width;
    if ((this.#knowledge.reaches.get(index) ?? 0) < reach) {
      if (!isSimple) this.requireCaptured(reach); // so that captured - reach is not negative
      this.steps.push({ kind: 'check-index', index, reach });
      this.#knowledge.reaches.set(index, reach);
      this.#knowledge.captured = Math.max(this.#knowledge.captured, reach);
    }
    return this.#set(REGISTER_A, this.#values.load(width, index, offset));
  }

  #loadAncillary(offset: number): boolean {
    if (offset === AncillaryOffset.aluXorX) {
      return this.#set(REGISTER_A, this.#values.binary(BpfAlu.xor, this.get(REGISTER_A), this.get(REGISTER_X)));
    }
    const field = SERVED_ANCILLARY.get(offset);
    if (field === undefined) return false;
    if (!this.#knowledge.hasAncillary) this.steps.push({ kind: 'check-ancillary' });
    this.#knowledge.hasAncillary = true;
    return this.#set(REGISTER_A, this.#values.ancillary(field));
  }

  #loadIndex(code: number, k: number): boolean {
    switch (code & 0xe0) {
      case BpfMode.header: {
        if (!this.requireCaptured(k + 1)) return false;
        const low = this.#values.binary(BpfAlu.and, this.#values.load(1, undefined, k), this.#values.constant(0xf));
        return this.#set(REGISTER_X, this.#values.binary(BpfAlu.lsh, low, this.#values.constant(2)));
      }
      case BpfMode.length:
        return this.#set(REGISTER_X, this.#values.wire());
      case BpfMode.memory:
        return this.#set(REGISTER_X, this.get(REGISTER_M + k));
      default:
        return this.#set(REGISTER_X, this.#values.constant(k));
    }
  }

  #calculate(code: number, k: number): boolean {
    const operation = operationOf(code);
    const a = this.get(REGISTER_A);
    if (operation === BpfAlu.neg) return this.#set(REGISTER_A, this.#values.negate(a));
    const operand = usesIndexOperand(code) ? this.get(REGISTER_X) : this.#values.constant(k);
    if ((operation === BpfAlu.div || operation === BpfAlu.mod) && !this.#requireDivisor(operand)) return false;
    return this.#set(REGISTER_A, this.#values.binary(operation, a, operand));
  }

  #requireDivisor(divisor: Value): boolean {
    if (divisor.kind === 'constant') return divisor.constant !== 0;
    if (!this.#knowledge.nonZero.has(divisor)) this.steps.push({ kind: 'check-divisor', divisor });
    this.#knowledge.nonZero.add(divisor);
    return true;
  }
}

/** Returns the comparison, on bytes in memory order where possible, or its outcome. */
function simplify(values: ValueTable, comparison: Comparison): Comparison | boolean {
  const { operation, left, right } = comparison;
  if (right.kind !== 'constant') return comparison;
  const { constant } = right;
  if (left.kind === 'constant') return compare(operation, left.constant, constant);
  if (operation === BpfJump.equal && constant > left.maximum) return false;
  if (operation === BpfJump.greater && constant >= left.maximum) return false;
  if (operation === BpfJump.greaterOrEqual && constant > left.maximum) return false;
  if (operation === BpfJump.greaterOrEqual && constant === 0) return true;
  if (left.kind !== 'swap' || left.left === undefined) return comparison;
  const width = left.width as 2 | 4;
  if (operation === BpfJump.equal || operation === BpfJump.set) {
    return { operation, left: left.left, right: values.constant(swapBytes(constant, width)) };
  }
  if (!isDecidedByFirstByte(operation, constant, width)) return comparison;
  const firstByte = values.binary(BpfAlu.and, left.left, values.constant(0xff)); // the lowest one in memory order
  return { operation, left: firstByte, right: values.constant(constant >>> (8 * (width - 1))) };
}

/** `a >= 0x0a000000` and `a > 0x0affffff`, the ends of a network, depend on the first byte only. */
function isDecidedByFirstByte(operation: number, constant: number, width: 2 | 4): boolean {
  const others = 2 ** (8 * (width - 1)) - 1;
  return (constant & others) === (operation === BpfJump.greater ? others : 0);
}

function countUses(block: BlockPlan): void {
  for (const step of block.steps) {
    if (step.kind === 'check-index') use(step.index);
    else if (step.kind === 'check-divisor') use(step.divisor);
    else if (step.kind === 'compute') {
      use(step.value);
      step.value.uses += 1; // computed because it is stored
    }
  }
  for (const { value } of block.handovers) use(value);
  if (block.ending.kind === 'return') use(block.ending.value);
  if (block.ending.kind === 'branch') {
    use(block.ending.comparison.left);
    use(block.ending.comparison.right);
  }
}

function use(value: Value): void {
  value.uses += 1;
  if (value.uses > 1) return;
  if (value.left !== undefined) use(value.left);
  if (value.right !== undefined) use(value.right);
  if (value.right !== undefined && mayShiftOut(value)) use(value.right); // once to shift, once to compare
}

/** A shift by a number that may exceed 31: then the result is 0. */
export function mayShiftOut({ kind, operation, right }: Value): boolean {
  const isShift = kind === 'binary' && (operation === BpfAlu.lsh || operation === BpfAlu.rsh);
  return isShift && right !== undefined && right.maximum > 31;
}
