/** One program, three ways to run it: interpreted, compiled frame by frame, compiled over a table of frames. @module */
import { compileFilter, LinkType } from 'tapline';
import { BatchEntry, compileToWasm, createEngine } from 'tapline/bpf';

/** The simple way: an engine that works everywhere. `engine.fallback` says why it is not the one asked for. */
export function countOneByOne(expression: string, frames: readonly Uint8Array[]): number {
  const { instructions } = compileFilter(expression, { linkType: LinkType.ethernet });
  const engine = createEngine(instructions, { engine: 'wasm' });
  let kept = 0;
  for (const frame of frames) {
    if (engine.run(frame, 0, frame.length, frame.length) > 0) kept += 1;
  }
  return kept;
}

/** The quick way for many frames: they lie in the filter's memory, and one call judges them all. */
export function countAtOnce(expression: string, frames: readonly Uint8Array[]): number {
  const { instructions } = compileFilter(expression, { linkType: LinkType.ethernet });
  const filter = compileToWasm(instructions);
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const table = 16; // address of the table of frames; address 0 means "none"
  let at = table + frames.length * BatchEntry.size;
  filter.memory.grow(Math.ceil((at + bytes) / 65_536));
  const memory = new Uint8Array(filter.memory.buffer);
  const words = new DataView(filter.memory.buffer);
  for (const [index, frame] of frames.entries()) {
    memory.set(frame, at);
    const entry = table + index * BatchEntry.size;
    words.setUint32(entry + BatchEntry.frame, at, true);
    words.setUint32(entry + BatchEntry.captured, frame.length, true);
    words.setUint32(entry + BatchEntry.wire, frame.length, true);
    at += frame.length;
  }
  return filter.matchBatch(table, frames.length, 0);
}
