/**
 * The body of one WebAssembly function, written instruction by instruction. Branch targets are label objects, so
 * callers do not count block depths; method names follow the text format. Operand types are not checked here: the tests
 * run `WebAssembly.validate`. @module
 */
import { WasmBytes } from './bytes.ts';
import { WASM_LOADS, WASM_PLAIN, WASM_STORES, WASM_VALUE_TYPES, WasmOpcode } from './opcodes.ts';

export type WasmValueType = keyof typeof WASM_VALUE_TYPES;
/** Index of a parameter or local variable. */
export type WasmLocal = number;
/** Index of a function in its module, imported ones first. */
export type WasmFunctionIndex = number;
export type WasmGlobalIndex = number;

/** A branch target: the end of a block or `if`, or the head of a loop. */
export interface WasmLabel {
  readonly depth: number;
}

export class WasmCode {
  readonly #bytes = new WasmBytes();
  readonly #labels: WasmLabel[] = [];
  readonly #locals: WasmValueType[] = [];
  readonly #parameterCount: number;

  constructor(parameterCount: number) {
    this.#parameterCount = parameterCount;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Declares a local variable, initially zero. */
  local(type: WasmValueType = 'i32'): WasmLocal {
    this.#locals.push(type);
    return this.#parameterCount + this.#locals.length - 1;
  }

  /** Pushes the low 32 bits of `value`. */
  i32(value: number): this {
    this.#bytes.byte(WasmOpcode.i32Const).signed(value);
    return this;
  }

  /** Pushes the low 64 bits of `value`. */
  i64(value: bigint): this {
    this.#bytes.byte(WasmOpcode.i64Const).signed64(value);
    return this;
  }

  get(local: WasmLocal): this {
    this.#bytes.byte(WasmOpcode.localGet).unsigned(local);
    return this;
  }

  set(local: WasmLocal): this {
    this.#bytes.byte(WasmOpcode.localSet).unsigned(local);
    return this;
  }

  /** Stores the top of the stack without popping it. */
  tee(local: WasmLocal): this {
    this.#bytes.byte(WasmOpcode.localTee).unsigned(local);
    return this;
  }

  globalGet(global: WasmGlobalIndex): this {
    this.#bytes.byte(WasmOpcode.globalGet).unsigned(global);
    return this;
  }

  globalSet(global: WasmGlobalIndex): this {
    this.#bytes.byte(WasmOpcode.globalSet).unsigned(global);
    return this;
  }

  /** An instruction without immediates, such as `i32.add`. */
  op(name: keyof typeof WASM_PLAIN): this {
    this.#bytes.byte(WASM_PLAIN[name]);
    return this;
  }

  /** Pops an address and pushes the value at address + `offset` (computed in 33 bits, so it never wraps). */
  load(name: keyof typeof WASM_LOADS, offset = 0): this {
    return this.#access(WASM_LOADS[name], offset);
  }

  /** Pops a value and the address below it, and stores the value. */
  store(name: keyof typeof WASM_STORES, offset = 0): this {
    return this.#access(WASM_STORES[name], offset);
  }

  // The alignment is a hint; packets are unaligned, so the smallest is declared. Atomics must declare their own width.
  #access(access: { readonly code: readonly number[]; readonly widthLog2: number }, offset: number): this {
    const isAtomic = access.code[0] === 0xfe;
    this.#bytes
      .raw(access.code)
      .unsigned(isAtomic ? access.widthLog2 : 0)
      .unsigned(offset);
    return this;
  }

  block(result?: WasmValueType): WasmLabel {
    return this.#open(WasmOpcode.block, result);
  }

  loop(result?: WasmValueType): WasmLabel {
    return this.#open(WasmOpcode.loop, result);
  }

  /** Pops the condition. */
  if(result?: WasmValueType): WasmLabel {
    return this.#open(WasmOpcode.if, result);
  }

  else(): this {
    this.#bytes.byte(WasmOpcode.else);
    return this;
  }

  /** Closes the innermost block, loop or `if`. */
  end(): this {
    if (this.#labels.pop() === undefined) throw new RangeError('no block is open');
    this.#bytes.byte(WasmOpcode.end);
    return this;
  }

  branch(label: WasmLabel): this {
    this.#bytes.byte(WasmOpcode.branch).unsigned(this.#distance(label));
    return this;
  }

  /** Pops the condition. */
  branchIf(label: WasmLabel): this {
    this.#bytes.byte(WasmOpcode.branchIf).unsigned(this.#distance(label));
    return this;
  }

  /** Pops an index into `labels`; an index beyond the last branches to `otherwise`. */
  branchTable(labels: readonly WasmLabel[], otherwise: WasmLabel): this {
    this.#bytes.byte(WasmOpcode.branchTable).unsigned(labels.length);
    for (const label of labels) this.#bytes.unsigned(this.#distance(label));
    this.#bytes.unsigned(this.#distance(otherwise));
    return this;
  }

  call(target: WasmFunctionIndex): this {
    this.#bytes.byte(WasmOpcode.call).unsigned(target);
    return this;
  }

  /** Pushes the size of memory in pages. */
  memorySize(): this {
    this.#bytes.byte(WasmOpcode.memorySize).byte(0);
    return this;
  }

  /** Pops length, source address and target address (top first). The ranges may overlap. */
  memoryCopy(): this {
    this.#bytes.byte(WasmOpcode.bulkPrefix).unsigned(WasmOpcode.memoryCopy).byte(0).byte(0);
    return this;
  }

  /** Pops length, byte value and target address (top first). */
  memoryFill(): this {
    this.#bytes.byte(WasmOpcode.bulkPrefix).unsigned(WasmOpcode.memoryFill).byte(0);
    return this;
  }

  /** The function's entry in the code section: local declarations, instructions, `end`. */
  encode(): WasmBytes {
    if (this.#labels.length > 0) throw new RangeError(`${this.#labels.length} blocks are still open`);
    const body = new WasmBytes();
    const runs = runsOf(this.#locals);
    body.unsigned(runs.length);
    for (const run of runs) body.unsigned(run.count).byte(WASM_VALUE_TYPES[run.type]);
    return body.append(this.#bytes).byte(WasmOpcode.end);
  }

  #open(opcode: number, result: WasmValueType | undefined): WasmLabel {
    this.#bytes.byte(opcode).byte(result === undefined ? WasmOpcode.emptyBlockType : WASM_VALUE_TYPES[result]);
    const label = { depth: this.#labels.length };
    this.#labels.push(label);
    return label;
  }

  #distance(label: WasmLabel): number {
    if (this.#labels[label.depth] !== label) throw new RangeError('branch to a block that is not open');
    return this.#labels.length - 1 - label.depth;
  }
}

/** Locals are declared as runs of one type. */
function runsOf(types: readonly WasmValueType[]): { type: WasmValueType; count: number }[] {
  const runs: { type: WasmValueType; count: number }[] = [];
  for (const type of types) {
    const last = runs.at(-1);
    if (last?.type === type) last.count += 1;
    else runs.push({ type, count: 1 });
  }
  return runs;
}
