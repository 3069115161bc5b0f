/**
 * The part of the WebAssembly JavaScript interface that tapline uses. It is typed here because only the browser library
 * declares it. Under `--jitless`, or a policy that forbids code generation, the object is absent or its constructors
 * throw, so every caller has a fallback. @module
 */

/** Bytes per page of linear memory. */
export const WASM_PAGE_LENGTH = 65_536;

export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
  /** Adds pages and returns the former size in pages. The old `buffer` is detached unless it is shared. */
  grow(pages: number): number;
}

export interface WasmMemoryLimits {
  /** In pages. */
  readonly initial: number;
  readonly maximum?: number;
  readonly shared?: boolean;
}

/** A compiled module, opaque. */
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

/** Undefined if WebAssembly is disabled. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyApi }).WebAssembly;
}
