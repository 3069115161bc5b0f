/**
 * WebAssembly where the platform has it: the part of its JavaScript interface that tapline uses, typed here because
 * neither the language's library nor Node's types have it without the browser's. Under `--jitless` or a policy that
 * forbids code generation the object is absent or its constructors throw, so every user has a way without. @module
 */

/** Bytes of one page of linear memory. */
export const WASM_PAGE_LENGTH = 65_536;

export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Adds pages; the old `buffer` is detached unless it is shared. Returns the former size in pages. */
  grow(pages: number): number;
}

export interface WasmMemoryLimits {
  /** In pages. */
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** A compiled module: what the constructor returns, nothing to look into. */
type WasmCompiledModule = object;

export type WasmFunction = (...values: number[]) => number;

interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** By module name, then by field name. */
export type WasmImports = Readonly<Record<string, Readonly<Record<string, WasmMemory | WasmFunction>>>>;

export interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => WasmCompiledModule;
  readonly Instance: new (module: WasmCompiledModule, imports?: WasmImports) => WasmInstance;
  readonly Memory: new (limits: WasmMemoryLimits) => WasmMemory;
  validate(bytes: Uint8Array): boolean;
}

/** Undefined where WebAssembly is switched off. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}
