/**
 * Generates WebAssembly code of filters for other modules: the capture pump inlines one into its block walker, the
 * batch function into its loop. Blocks are in program order; every forward jump is a branch out of nested wasm blocks,
 * which is free at run time. Programs with backward jumps get one loop around everything with a branch table at its
 * head, and a limit on the turns. @module
 */

import type { WasmCode, WasmFunctionIndex, WasmLabel, WasmLocal } from '../../wasm/code.ts';
import type { WasmModule } from '../../wasm/module.ts';
import type { WASM_PLAIN } from '../../wasm/opcodes.ts';
import { AncillaryLayout } from '../ancillary.ts';
import { BpfAlu, type BpfInstruction, BpfJump } from '../instruction.ts';
import {
  type BlockPlan,
  type Comparison,
  type FilterPlan,
  mayShiftOut,
  planFilter,
  type Step,
  successorsOf,
} from './filter-plan.ts';
import type { Value } from './filter-values.ts';
import { BACKWARD_JUMP_LIMIT } from './semantics.ts';
import { validate } from './validate.ts';

/** Locals of the surrounding function that describe the frame. All are i32; the filter changes none of them. */
export interface FilterOperands {
  /** Address of the first byte of the frame. */
  readonly frame: WasmLocal;
  /** Captured bytes. The caller ensures that they are inside memory. */
  readonly captured: WasmLocal;
  /** Length of the frame on the wire in bytes. */
  readonly wire: WasmLocal;
  /** Address of an `AncillaryLayout`; 0 for none, and then ancillary loads reject the frame. */
  readonly ancillary: WasmLocal;
}

/**
 * Adds a function `(frame, captured, wire, ancillary) -> keep`, parameters as in `FilterOperands`, to a module that has
 * a memory.
 * @returns the function's index
 * @throws ProgramError `BAD_PROGRAM`
 */
export function emitFilter(module: WasmModule, instructions: readonly BpfInstruction[]): WasmFunctionIndex {
  return module.addFunction({ parameters: ['i32', 'i32', 'i32', 'i32'], results: ['i32'] }, (code) => {
    emitFilterBody(code, instructions, { frame: 0, captured: 1, wire: 2, ancillary: 3 });
  });
}

/**
 * Writes the filter inline, without a call: leaves the number of bytes to keep on the operand stack. Allowed inside a
 * loop; it keeps no state between turns.
 * @throws ProgramError `BAD_PROGRAM`
 */
export function emitFilterBody(
  code: WasmCode,
  instructions: readonly BpfInstruction[],
  operands: FilterOperands,
): void {
  validate(instructions, { backwardJumps: true });
  emitPlan(code, planFilter(instructions), operands);
}

/** Writes the filter of an existing plan inline; one plan can be used for several functions. */
export function emitPlan(code: WasmCode, plan: FilterPlan, operands: FilterOperands): void {
  new FilterEmitter(code, plan, operands).emit();
}

class FilterEmitter {
  readonly #code: WasmCode;
  readonly #plan: FilterPlan;
  readonly #operands: FilterOperands;
  /** Labels of the blocks that are jump targets. */
  readonly #labels: (WasmLabel | undefined)[] = [];
  /** Labels of the returns, by the number of bytes to keep; 0 rejects. */
  readonly #returns = new Map<number, WasmLabel>();
  /** By block: expressions that have been computed on every path out of it. */
  readonly #available: Set<Value>[] = [];
  /** Locals of expressions and variables, by their `id`. */
  readonly #places: (WasmLocal | undefined)[] = [];
  #computed = new Set<Value>();
  #turns: WasmLocal = 0;
  #loop: { readonly head: WasmLabel; readonly target: WasmLocal; readonly entries: readonly number[] } | undefined;

  constructor(code: WasmCode, plan: FilterPlan, operands: FilterOperands) {
    this.#code = code;
    this.#plan = plan;
    this.#operands = operands;
  }

  emit(): void {
    const code = this.#code;
    const exit = code.block('i32');
    const constants = this.#returnedConstants();
    for (const constant of constants) this.#returns.set(constant, code.block());
    if (this.#plan.hasLoop) this.#openLoop();
    this.#openBlocks();
    for (const [number, block] of this.#plan.blocks.entries()) {
      if (number > 0 && this.#isBareReturn(number)) continue;
      if (this.#labels[number] !== undefined) code.end();
      this.#emitBlock(block, number, exit);
    }
    if (this.#plan.hasLoop) code.end();
    for (const [position, constant] of [...constants].reverse().entries()) {
      code.end().i32(constant);
      if (position < constants.length - 1) code.branch(exit);
    }
    code.end();
  }

  /** All constants that the program returns, 0 first, because it is the most frequent target. */
  #returnedConstants(): readonly number[] {
    const constants = new Set([0]);
    for (const { ending } of this.#plan.blocks) {
      if (ending.kind === 'return' && ending.value.kind === 'constant') constants.add(ending.value.constant);
    }
    return [...constants];
  }

  /** A branch to another turn of the loop: its head continues at the block in `target`. */
  #openLoop(): void {
    const code = this.#code;
    const target = code.local();
    this.#turns = code.local();
    code.i32(0).set(target).i32(0).set(this.#turns);
    const variables = new Set(this.#plan.blocks.flatMap((block) => block.handovers.map(({ variable }) => variable)));
    for (const variable of variables) code.i32(0).set(this.#placeOf(variable));
    const entries = new Set<number>();
    for (const [number, block] of this.#plan.blocks.entries()) {
      for (const successor of successorsOf(block.ending)) if (successor <= number) entries.add(successor);
    }
    this.#loop = { head: code.loop(), target, entries: [0, ...entries] };
  }

  #openBlocks(): void {
    const code = this.#code;
    const isTarget = new Set(this.#loop?.entries);
    for (const [number, { ending }] of this.#plan.blocks.entries()) {
      for (const successor of successorsOf(ending)) if (successor !== number + 1) isTarget.add(successor);
    }
    for (let number = this.#plan.blocks.length - 1; number >= 0; number -= 1) {
      if (isTarget.has(number) && !this.#isBareReturn(number)) this.#labels[number] = code.block();
    }
    if (this.#loop === undefined) return;
    const labels = this.#loop.entries.map((entry) => this.#labelOf(entry));
    code.get(this.#loop.target).branchTable(labels, labels[0] as WasmLabel);
  }

  /** Returns the constant of a block that only returns one; jumps to it go straight to the return. */
  #isBareReturn(number: number): boolean {
    const block = this.#plan.blocks[number];
    return block !== undefined && block.steps.length === 0 && isConstantReturn(block);
  }

  #labelOf(number: number): WasmLabel {
    const label = this.#labels[number];
    if (label !== undefined) return label;
    const ending = this.#plan.blocks[number]?.ending;
    return this.#returnLabel(ending?.kind === 'return' ? ending.value.constant : 0);
  }

  #returnLabel(constant: number): WasmLabel {
    return this.#returns.get(constant) as WasmLabel;
  }

  #emitBlock(block: BlockPlan, number: number, exit: WasmLabel): void {
    this.#computed = this.#availableAt(block);
    for (const step of block.steps) this.#emitStep(step);
    const { ending } = block;
    if (ending.kind === 'return') {
      if (ending.value.kind === 'constant') this.#code.branch(this.#returnLabel(ending.value.constant));
      else this.#push(ending.value).branch(exit);
    } else if (ending.kind === 'go') {
      this.#emitHandovers(block);
      this.#emitJump(number, ending.to);
    } else {
      this.#emitBranch(block, number, ending);
    }
    this.#available[number] = this.#computed;
  }

  /**
   * In a loop a variable changes under the expressions that contain it, so each block starts without known expressions.
   */
  #availableAt(block: BlockPlan): Set<Value> {
    const [first, ...others] = block.predecessors.map((number) => this.#available[number]);
    if (this.#plan.hasLoop || first === undefined) return new Set();
    return new Set([...first].filter((value) => others.every((computed) => computed?.has(value) === true)));
  }

  #emitBranch(block: BlockPlan, number: number, ending: Extract<BlockPlan['ending'], { kind: 'branch' }>): void {
    const { comparison, yes, no } = ending;
    const isInverted = this.#isNext(number, yes);
    this.#pushComparison(comparison, isInverted);
    this.#emitHandovers(block); // the outcome is below them on the stack
    this.#code.branchIf(this.#labelOf(isInverted ? no : yes));
    this.#emitJump(number, isInverted ? yes : no);
  }

  #isNext(number: number, successor: number): boolean {
    return successor === number + 1 && !this.#isBareReturn(successor);
  }

  /** Conditional jumps go forward only; a `ja` may go back, and then branches to the head of the loop. */
  #emitJump(number: number, successor: number): void {
    if (this.#isNext(number, successor)) return;
    const code = this.#code;
    if (successor > number || this.#loop === undefined) {
      code.branch(this.#labelOf(successor));
      return;
    }
    code.get(this.#turns).i32(1).op('i32.add').tee(this.#turns);
    code.i32(BACKWARD_JUMP_LIMIT).op('i32.gt_u').branchIf(this.#returnLabel(0));
    code.i32(this.#loop.entries.indexOf(successor)).set(this.#loop.target).branch(this.#loop.head);
  }

  /** Computes all values first, then sets all variables: a new value may depend on an old one. */
  #emitHandovers(block: BlockPlan): void {
    for (const { value } of block.handovers) this.#push(value);
    for (const { variable } of [...block.handovers].reverse()) this.#code.set(this.#placeOf(variable));
  }

  #placeOf(value: Value): WasmLocal {
    const known = this.#places[value.id];
    if (known !== undefined) return known;
    const place = this.#code.local();
    this.#places[value.id] = place;
    return place;
  }

  #emitStep(step: Step): void {
    const code = this.#code;
    const { captured, ancillary } = this.#operands;
    switch (step.kind) {
      case 'check-captured':
        code.get(captured).i32(step.length).op('i32.lt_u');
        break;
      case 'check-index':
        if (step.index.maximum + step.reach <= 0xffff_ffff) {
          this.#push(step.index).i32(step.reach).op('i32.add').get(captured).op('i32.gt_u');
        } else {
          this.#push(step.index).get(captured).i32(step.reach).op('i32.sub').op('i32.gt_u');
        }
        break;
      case 'check-divisor':
        this.#push(step.divisor).op('i32.eqz');
        break;
      case 'check-ancillary':
        code.get(ancillary).op('i32.eqz');
        break;
      case 'compute':
        this.#push(step.value).op('drop');
        return;
    }
    code.branchIf(this.#returnLabel(0));
  }

  #pushComparison({ operation, left, right }: Comparison, isInverted: boolean): void {
    const code = this.#code;
    if (operation === BpfJump.equal && right.kind === 'constant' && right.constant === 0) {
      this.#push(left);
      if (!isInverted) code.op('i32.eqz');
      return;
    }
    this.#push(left);
    this.#push(right);
    switch (operation) {
      case BpfJump.equal:
        code.op(isInverted ? 'i32.ne' : 'i32.eq');
        return;
      case BpfJump.greater:
        code.op(isInverted ? 'i32.le_u' : 'i32.gt_u');
        return;
      case BpfJump.greaterOrEqual:
        code.op(isInverted ? 'i32.lt_u' : 'i32.ge_u');
        return;
      default:
        code.op('i32.and');
        if (isInverted) code.op('i32.eqz');
    }
  }

  /** Puts a value on the stack; one that is needed again is kept in a local. */
  #push(value: Value): WasmCode {
    const code = this.#code;
    if (value.kind === 'constant') return code.i32(value.constant);
    if (value.kind === 'variable') return code.get(this.#placeOf(value));
    if (value.kind === 'wire') return code.get(this.#operands.wire);
    if (this.#computed.has(value)) return code.get(this.#placeOf(value));
    this.#pushComputed(value);
    if (value.uses > 1) {
      code.tee(this.#placeOf(value));
      this.#computed.add(value);
    }
    return code;
  }

  #pushComputed(value: Value): void {
    const code = this.#code;
    switch (value.kind) {
      case 'ancillary':
        code.get(this.#operands.ancillary).load('i32.load', AncillaryLayout[value.field ?? 'protocol']);
        return;
      case 'load':
        code.get(this.#operands.frame);
        if (value.left !== undefined) this.#push(value.left).op('i32.add');
        code.load(LOAD_OF_WIDTH[value.width as 1 | 2 | 4], value.constant);
        return;
      case 'negate':
        code.i32(0);
        this.#push(value.left as Value).op('i32.sub');
        return;
      case 'swap':
        this.#pushSwapped(value);
        return;
      default:
        this.#pushBinary(value, value.left as Value, value.right as Value);
    }
  }

  /** Swaps bytes, for which WebAssembly has no instruction: two bytes by two shifts, four by two rotations. */
  #pushSwapped(value: Value): void {
    const code = this.#code;
    const original = this.#scratch();
    this.#push(value.left as Value).tee(original);
    if (value.width === 2) {
      code.i32(8).op('i32.shl').i32(0xff00).op('i32.and');
      code.get(original).i32(8).op('i32.shr_u').op('i32.or');
      return;
    }
    code.i32(8).op('i32.rotl').i32(0x00ff_00ff).op('i32.and');
    code.get(original).i32(8).op('i32.rotr').i32(0xff00_ff00).op('i32.and').op('i32.or');
  }

  #scratchLocal: WasmLocal | undefined;

  #scratch(): WasmLocal {
    this.#scratchLocal ??= this.#code.local();
    return this.#scratchLocal;
  }

  #pushBinary(value: Value, left: Value, right: Value): void {
    const code = this.#code;
    this.#push(left);
    this.#push(right);
    code.op(ARITHMETIC[value.operation] as keyof typeof WASM_PLAIN);
    if (!mayShiftOut(value)) return;
    code.i32(0);
    this.#push(right).i32(32).op('i32.lt_u').op('select'); // WebAssembly shifts modulo 32
  }
}

function isConstantReturn(block: BlockPlan): boolean {
  return block.ending.kind === 'return' && block.ending.value.kind === 'constant';
}

const LOAD_OF_WIDTH = { 1: 'i32.load8_u', 2: 'i32.load16_u', 4: 'i32.load' } as const;

const ARITHMETIC: Readonly<Record<number, keyof typeof WASM_PLAIN>> = {
  [BpfAlu.add]: 'i32.add',
  [BpfAlu.sub]: 'i32.sub',
  [BpfAlu.mul]: 'i32.mul',
  [BpfAlu.div]: 'i32.div_u',
  [BpfAlu.mod]: 'i32.rem_u',
  [BpfAlu.and]: 'i32.and',
  [BpfAlu.or]: 'i32.or',
  [BpfAlu.xor]: 'i32.xor',
  [BpfAlu.lsh]: 'i32.shl',
  [BpfAlu.rsh]: 'i32.shr_u',
};
