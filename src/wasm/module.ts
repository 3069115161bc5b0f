/**
 * A small WebAssembly assembler: collects imports, functions, globals and exports and encodes them in the binary format (core specification, chapter 5). Imports come first because they share the index space of functions.
 *
 * @example
 * const module = new WasmModule();
 * module.importMemory('host', 'memory', { initial: 1 });
 * const sum = module.addFunction({ parameters: ['i32', 'i32'], results: ['i32'] }, (code) => {
 *   code.get(0).get(1).op('i32.add');
 * });
 * module.exportFunction('sum', sum);
 * const bytes = module.encode();
 * @module
 */

import { WasmBytes } from './bytes.ts';
import { WasmCode, type WasmFunctionIndex, type WasmGlobalIndex, type WasmValueType } from './code.ts';
import { WASM_VALUE_TYPES, WasmOpcode } from './opcodes.ts';
import type { WasmMemoryLimits } from './web-assembly.ts';

export interface WasmSignature {
  readonly parameters: readonly WasmValueType[];
  readonly results: readonly WasmValueType[];
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const FUNCTION_TYPE = 0x60;

/** Section numbers, in file order (5.5.2). */
const Section = { type: 1, import: 2, function: 3, memory: 5, global: 6, export: 7, code: 10 } as const;

/** Kinds of imports and exports (5.5.5). */
const ExternalKind = { function: 0, memory: 2 } as const;

const HAS_MAXIMUM = 0x01;
const IS_SHARED = 0x02;

export class WasmModule {
  readonly #types: string[] = [];
  readonly #typeSection = new WasmBytes();
  readonly #imports: WasmBytes[] = [];
  readonly #functionTypes: number[] = [];
  readonly #bodies: (WasmBytes | undefined)[] = [];
  readonly #globals: WasmBytes[] = [];
  readonly #exports: WasmBytes[] = [];
  #importedFunctions = 0;
  #memory: WasmBytes | undefined;

  /** The memory of all loads and stores: a module has one, imported or defined. */
  importMemory(from: string, name: string, limits: WasmMemoryLimits): void {
    this.#imports.push(encodeLimits(new WasmBytes().name(from).name(name).byte(ExternalKind.memory), limits));
  }

  defineMemory(limits: WasmMemoryLimits): void {
    this.#memory = encodeLimits(new WasmBytes(), limits);
  }

  /** Must be called before the first `addFunction`. */
  importFunction(from: string, name: string, signature: WasmSignature): WasmFunctionIndex {
    if (this.#bodies.length > 0) throw new RangeError('function imports come before functions');
    const type = this.#typeOf(signature);
    this.#imports.push(new WasmBytes().name(from).name(name).byte(ExternalKind.function).unsigned(type));
    this.#importedFunctions += 1;
    return this.#importedFunctions - 1;
  }

  /** Parameters are locals 0, 1, 2 …; `build` leaves the results on the stack. */
  addFunction(signature: WasmSignature, build: (code: WasmCode) => void): WasmFunctionIndex {
    const position = this.#bodies.length;
    this.#functionTypes.push(this.#typeOf(signature));
    this.#bodies.push(undefined); // reserves the index first: `build` may add functions or call itself
    const code = new WasmCode(signature.parameters.length);
    build(code);
    this.#bodies[position] = code.encode();
    return this.#importedFunctions + position;
  }

  /** Defines a global variable; 64-bit globals start at zero. */
  addGlobal(type: 'i32' | 'i64', initial = 0): WasmGlobalIndex {
    const MUTABLE = 1;
    const global = new WasmBytes().byte(WASM_VALUE_TYPES[type]).byte(MUTABLE);
    if (type === 'i32') global.byte(WasmOpcode.i32Const).signed(initial);
    else global.byte(WasmOpcode.i64Const).signed64(BigInt(initial));
    this.#globals.push(global.byte(WasmOpcode.end));
    return this.#globals.length - 1;
  }

  exportFunction(name: string, index: WasmFunctionIndex): void {
    this.#exports.push(new WasmBytes().name(name).byte(ExternalKind.function).unsigned(index));
  }

  exportMemory(name: string): void {
    this.#exports.push(new WasmBytes().name(name).byte(ExternalKind.memory).unsigned(0));
  }

  encode(): Uint8Array {
    const bytes = new WasmBytes().raw(MAGIC_AND_VERSION);
    if (this.#types.length > 0) {
      bytes.byte(Section.type).sized(new WasmBytes().unsigned(this.#types.length).append(this.#typeSection));
    }
    writeVector(bytes, Section.import, this.#imports);
    writeVector(
      bytes,
      Section.function,
      this.#functionTypes.map((type) => new WasmBytes().unsigned(type)),
    );
    writeVector(bytes, Section.memory, this.#memory === undefined ? [] : [this.#memory]);
    writeVector(bytes, Section.global, this.#globals);
    writeVector(bytes, Section.export, this.#exports);
    writeVector(
      bytes,
      Section.code,
      this.#bodies.map((body) => new WasmBytes().sized(body ?? new WasmBytes())),
    );
    return bytes.toUint8Array();
  }

  #typeOf(signature: WasmSignature): number {
    const key = `${signature.parameters.join()}:${signature.results.join()}`;
    const known = this.#types.indexOf(key);
    if (known >= 0) return known;
    this.#typeSection.byte(FUNCTION_TYPE);
    for (const types of [signature.parameters, signature.results]) {
      this.#typeSection.unsigned(types.length);
      for (const type of types) this.#typeSection.byte(WASM_VALUE_TYPES[type]);
    }
    return this.#types.push(key) - 1;
  }
}

/** Encodes a section whose content is a vector; an empty section is omitted. */
function writeVector(bytes: WasmBytes, section: number, items: readonly WasmBytes[]): void {
  if (items.length === 0) return;
  const content = new WasmBytes().unsigned(items.length);
  for (const item of items) content.append(item);
  bytes.byte(section).sized(content);
}

function encodeLimits(bytes: WasmBytes, limits: WasmMemoryLimits): WasmBytes {
  const flags = (limits.maximum === undefined ? 0 : HAS_MAXIMUM) | (limits.shared === true ? IS_SHARED : 0);
  bytes.byte(flags).unsigned(limits.initial);
  if (limits.maximum !== undefined) bytes.unsigned(limits.maximum);
  return bytes;
}
