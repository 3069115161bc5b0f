/** docs/dissectors.md: its protocol is added to a copy of the source, compiled, and run. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { frameToJson } from '../../src/report/packet/json.ts';
import type { PacketPrinter } from '../../src/report/packet/line.ts';
import { joinBytes, lentFrame } from '../support/capture-file.ts';
import { fromHex } from '../support/hex.ts';
import { ipv4, udp } from '../support/made-frames.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = readFileSync(join(ROOT, 'docs/dissectors.md'), 'utf8');
const FOLDERS = ['base', 'wire', 'tcp', 'dissect', 'report/packet'];
const DOORS = ['src/dissect/index.ts', 'src/report/packet/line.ts', 'src/report/packet/json.ts'];

function blocksOf(language: string): string[] {
  return Array.from(PAGE.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm')), ([, code = '']) => code);
}

/** Inserts each `+` line of a block after the line before it, which must occur once in the file. */
function applyDiff(block: string, folder: string): void {
  const [path = '', ...lines] = block.trimEnd().split('\n');
  const file = join(folder, path);
  const text = readFileSync(file, 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('+')) continue;
    const before = lines[index - 1]?.slice(1);
    const places = text.flatMap((candidate, at) => (candidate === before ? [at] : []));
    expect(places, `"${before}" in ${path}`).toHaveLength(1);
    text.splice((places[0] ?? 0) + 1, 0, line.slice(1));
  }
  writeFileSync(file, text.join('\n'));
}

/** Returns the errors of the compiler for the copy, with the settings of the project. */
function diagnosticsOf(folder: string): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const json = { ...config.compilerOptions, paths: {}, typeRoots: [join(ROOT, 'node_modules/@types')] };
  const { options } = ts.convertCompilerOptionsFromJson(json, folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const program = ts.createProgram(
    DOORS.map((path) => join(folder, path)),
    options,
  );
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('the relay protocol of docs/dissectors.md', () => {
  let folder = '';
  let printer: PacketPrinter;
  let toJson: typeof frameToJson;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tapline-dissectors-'));
    for (const name of FOLDERS) cpSync(join(ROOT, 'src', name), join(folder, 'src', name), { recursive: true });
    for (const block of blocksOf('ts')) {
      const path = /^\/\/ (src\/\S+)\n/.exec(block)?.[1];
      expect(path, 'a block of code begins with its path').toBeDefined();
      writeFileSync(join(folder, path ?? ''), block.slice(block.indexOf('\n') + 1));
    }
    const [decoders = '', printers = ''] = blocksOf('diff');
    applyDiff(decoders, folder);
    expect(diagnosticsOf(folder).join('\n'), 'a kind of layer without a printer').toMatch(/'relay' is missing/);
    applyDiff(printers, folder);
    const contents = DOORS.map((path) => `export * from './${path}';`).join('\n');
    const outfile = join(folder, 'relay.mjs');
    await build({ stdin: { contents, resolveDir: folder }, outfile, bundle: true, format: 'esm', platform: 'browser' });
    const built = await import(outfile);
    printer = new built.PacketPrinter({ numeric: true, time: 'none' });
    toJson = built.frameToJson;
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const inner = ipv4(17, udp(5000, 5001, new Uint8Array(3))).slice(14);
  const frame = ipv4(17, udp(40_000, 7777, joinBytes(fromHex('02 80 0800'), inner)));

  test('compiles with the settings of the project', () => {
    expect(diagnosticsOf(folder)).toEqual([]);
  });

  test('prints the line of the page', () => {
    expect(printer.format(lentFrame(frame), 1)).toBe(blocksOf('text')[0]?.trimEnd());
  });

  test('prints JSON with the decoded payload', () => {
    const { layers } = toJson(lentFrame(frame), 1);
    expect(layers.map(({ kind }) => kind)).toEqual(['ethernet', 'ipv4', 'udp', 'relay', 'ipv4', 'udp', 'data']);
    const place = { kind: 'relay', start: 42, headerLength: 4 };
    expect(layers[3]).toEqual({ ...place, hops: 2, isReply: true, etherType: 0x0800 });
  });

  test('marks a header truncated at any length', () => {
    for (let length = 42; length < 46; length += 1) {
      const line = printer.format({ ...lentFrame(frame), length }, 1);
      expect(line).toMatch(/\.7777: UDP, length 35 \[\|relay\]$/);
    }
  });
});
