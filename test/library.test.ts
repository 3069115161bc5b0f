/** The library: its names, the page that describes them, and the modules that an import loads. @module */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { EngineOptions } from '../src/bpf/engine/create-engine.ts';
import type { WasmFilter } from '../src/bpf/engine/wasm-engine.ts';
import * as bpf from '../src/bpf/index.ts';
import * as capture from '../src/capture/index.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../docs/library.md', import.meta.url)), 'utf8');
/** Maximum number of names of the main export. */
const MAX_NAMES = 45;

interface ProcessReport {
  readonly sharedObjects: readonly string[];
}

/** Returns the names in the first column of the tables. */
function describedNames(): string[] {
  const cells = Array.from(PAGE.matchAll(/^\| (`[^|]*`) \|/gm), ([, cell = '']) => cell);
  return cells.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name = '']) => name));
}

test('docs/library.md describes every value of the main export, and no other', async () => {
  const names = Object.keys(await import('../src/index.ts'));
  expect(names.length).toBeLessThanOrEqual(MAX_NAMES);
  expect(describedNames().toSorted()).toEqual(names.toSorted());
});

test('the subpaths export the names in docs/library.md', () => {
  expect(Object.keys(bpf)).toEqual(
    expect.arrayContaining(['createEngine', 'compileToWasm', 'assemble', 'trace', 'explainFilter']),
  );
  expect(Object.keys(capture)).toContain('returnFreedMemory');
  const options: EngineOptions = { engine: 'interpreter' };
  const instructions = bpf.compileFilter('tcp', { linkType: 1 }).instructions;
  const filter: WasmFilter = bpf.compileToWasm(instructions);
  expect(bpf.createEngine(instructions, options).run(new Uint8Array(60), 0, 60, 60)).toBe(0);
  expect(filter.memory.buffer.byteLength).toBeGreaterThan(0);
});

test('importing tapline loads no native code', async () => {
  const library = await import('../src/index.ts');
  expect(library.openLive).toBeTypeOf('function');
  const { sharedObjects } = process.report.getReport() as unknown as ProcessReport;
  expect(sharedObjects.length).toBeGreaterThan(0);
  expect(sharedObjects.filter((path) => /koffi|raw\.node/.test(path))).toEqual([]);
});
