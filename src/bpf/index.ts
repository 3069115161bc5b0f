/** Filters: pcap-filter(7) text to classic BPF, and the engines that run it. @module */

export { adaptForCookedSocket } from './adapt-cooked.ts';
export { type Ancillary, AncillaryLayout, usesAncillary } from './ancillary.ts';
export type { NameResolver } from './compile/context.ts';
export { compileFilter, type FilterOptions, type FilterProgram } from './compile-filter.ts';
export { interpret } from './engine/interpret.ts';
export type { WasmCode } from './engine/wasm-code.ts';
export { emitFilterBody } from './engine/wasm-filter.ts';
export { WasmModule } from './engine/wasm-module.ts';
export type { BpfInstruction } from './instruction.ts';
export { FilterError, type FilterErrorCode } from './language/filter-error.ts';
