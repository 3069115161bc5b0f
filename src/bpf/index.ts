/** Filters: pcap-filter(7) text to classic BPF, and the engines that run it. @module */
export { adaptForAllInterfaces, adaptForCookedSocket } from './adapt-cooked.ts';
export { type Ancillary, AncillaryLayout, usesAncillary } from './ancillary.ts';
export type { NameResolver } from './compile/context.ts';
export { compileFilter, type FilterOptions, type FilterProgram } from './compile-filter.ts';
export type { SyntaxDescription } from './describe-syntax.ts';
export { assemble } from './engine/assemble.ts';
export { createEngine, type EngineName, type EngineOptions, type FilterEngine } from './engine/create-engine.ts';
export { describeInstruction, disassemble } from './engine/disassemble.ts';
export { interpret } from './engine/interpret.ts';
export { type Trace, type TraceEnd, type TraceStep, trace } from './engine/trace.ts';
export { BatchEntry, compileToWasm, type WasmFilter } from './engine/wasm-engine.ts';
export { emitFilterBody } from './engine/wasm-filter.ts';
export { explainFilter, type FilterExplanation } from './explain.ts';
export { type DecidingTest, type FilterTest, FilterTests, type FrameDecision } from './filter-tests.ts';
export { hostNamesOf } from './host-names.ts';
export type { BpfInstruction } from './instruction.ts';
export { keptLength } from './kept-length.ts';
export { FilterError } from './language/filter-error.ts';
