/** Portable code is what a browser can run: whatever its doors lead to, no Node module and no native code is there. */
import { build } from 'esbuild';
import { expect, test } from 'vitest';

async function bundle(door: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: [new URL(`../src/${door}`, import.meta.url).pathname],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser', // a Node module does not resolve there
    format: 'esm',
    logLevel: 'silent',
  });
  return Object.keys(metafile.inputs);
}

test.each(['base/index.ts', 'wire/index.ts', 'bpf/index.ts', 'dissect/index.ts', 'pcap/portable.ts'])(
  '%s can be bundled for a browser',
  async (door) => {
    const inputs = await bundle(door);
    expect(inputs.some((input) => input.endsWith(`src/${door}`))).toBe(true);
    expect(inputs.filter((input) => /node_modules|src\/sys\/|pcap\/file-/.test(input))).toEqual([]);
  },
);

test('a door that leads to Node cannot', async () => {
  await expect(bundle('pcap/index.ts')).rejects.toThrow(/node:/);
});
