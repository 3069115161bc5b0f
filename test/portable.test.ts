/** Portable code runs in a browser: it imports neither Node modules nor native code. @module */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/** @returns the files in the bundle */
async function bundle(...entries: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: entries.map((entry) => SOURCE + entry),
    outdir: 'unused',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser', // Node modules do not resolve
    format: 'esm',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
}

function filesOf(folder: string): string[] {
  const names = readdirSync(SOURCE + folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
}

test.each(['base', 'wire', 'wasm', 'bpf', 'tcp', 'dissect', 'report/packet'])(
  'src/%s runs in a browser',
  async (folder) => {
    const files = filesOf(folder);
    const inputs = await bundle(...files);
    expect(inputs.length).toBeGreaterThanOrEqual(files.length);
    expect(inputs.filter((input) => /node_modules|src\/sys\/|pcap\/file-/.test(input))).toEqual([]);
  },
);

test('src/pcap/portable.ts runs in a browser', async () => {
  const inputs = await bundle('pcap/portable.ts');
  expect(inputs.some((input) => input.endsWith('src/pcap/portable.ts'))).toBe(true);
  expect(inputs.filter((input) => /node_modules|src\/sys\/|pcap\/file-/.test(input))).toEqual([]);
});

test('src/pcap/index.ts needs Node', async () => {
  await expect(bundle('pcap/index.ts')).rejects.toThrow(/node:/);
});
