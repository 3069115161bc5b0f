/**
 * Runs one filter program frame by frame, and in one WebAssembly call over a table of frames.
 * Run it with `node examples/05-filter-engines.ts packets.pcap 'tcp port 25'`. @module
 */
import { compileFilter, LinkType, openFile } from 'tapline';
import { BatchEntry, compileToWasm, createEngine } from 'tapline/bpf';

/** Counts matching frames one by one. `engine.fallback` holds the reason when WebAssembly is not available. */
export function countOneByOne(expression: string, frames: readonly Uint8Array[]): number {
  const { instructions } = compileFilter(expression, { linkType: LinkType.ethernet });
  const engine = createEngine(instructions, { engine: 'wasm' });
  let kept = 0;
  for (const frame of frames) {
    if (engine.run(frame, 0, frame.length, frame.length) > 0) kept += 1;
  }
  return kept;
}

/** Counts matching frames in one call. The frames are copied into the memory of the filter. */
export function countAtOnce(expression: string, frames: readonly Uint8Array[]): number {
  const { instructions } = compileFilter(expression, { linkType: LinkType.ethernet });
  const filter = compileToWasm(instructions);
  const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const table = 16; // address of the table of frames; address 0 means "no table"
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

if (process.argv[1] === import.meta.filename) {
  const [, , path = 'packets.pcap', expression = 'tcp'] = process.argv;
  await using source = await openFile(path);
  const frames: Uint8Array[] = [];
  for await (const { bytes } of source.packets()) frames.push(bytes);
  console.log(`one by one: ${countOneByOne(expression, frames)}, at once: ${countAtOnce(expression, frames)}`);
}
