/** The code cache beside the program: left by the first run, used by the next, and no harm when it is of no use. */
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { TestFolder } from '../support/capture-lab.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** `tapline filter` out of a copy of the program, and the caches that lie beside it afterwards. */
function runIn(folder: string): { stdout: string; status: number | null; caches: string[] } {
  const { stdout, status } = spawnSync(process.execPath, [join(folder, 'main.js'), 'filter', '-d', 'arp'], {
    encoding: 'utf8',
  });
  return { stdout, status, caches: readdirSync(folder).filter((name) => name.endsWith('.cache')) };
}

function copyProgram(folder: string): void {
  cpSync(join(DIST, 'cli'), folder, { recursive: true, filter: (path) => !path.includes('.cache') });
}

test('one for each command and version of Node; what is no cache is replaced by one', () => {
  using place = new TestFolder();
  const folder = place.file('cli');
  copyProgram(folder);
  const first = runIn(folder);
  expect(first).toMatchObject({ status: 0, stdout: expect.stringContaining('jeq') });
  expect(first.caches).toEqual([
    expect.stringMatching(new RegExp(`^filter-.*${process.version}-${process.arch}.cache$`)),
  ]);
  const cache = join(folder, first.caches[0] ?? '');
  const { mtimeMs } = statSync(cache);
  expect(runIn(folder)).toEqual(first);
  expect(statSync(cache).mtimeMs).toBe(mtimeMs);

  const good = readFileSync(cache);
  for (const bad of [new Uint8Array(0), good.subarray(0, good.length / 2), new Uint8Array(good.length)]) {
    writeFileSync(cache, bad);
    expect(runIn(folder)).toEqual(first);
    expect(statSync(cache).size).toBeGreaterThan(good.length / 2);
  }
});

test('a capture, which changes flags of V8, leaves one that the next capture uses', () => {
  using place = new TestFolder();
  const folder = place.file('cli');
  copyProgram(folder);
  symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), place.file('node_modules'));
  const capture = (): number => {
    const words = [join(folder, 'main.js'), 'capture', '-i', 'lo', '--duration', '0.01'];
    expect(spawnSync(process.execPath, words, { encoding: 'utf8' })).toMatchObject({ status: 0 });
    const [cache = ''] = readdirSync(folder).filter((name) => name.endsWith('.cache'));
    return statSync(join(folder, cache)).mtimeMs;
  };
  expect(capture()).toBe(capture());
});

test('a run that fails leaves none', () => {
  using place = new TestFolder();
  const folder = place.file('cli');
  copyProgram(folder);
  const { status } = spawnSync(process.execPath, [join(folder, 'main.js'), 'filter', '-d', 'no such thing']);
  expect(status).toBe(2);
  expect(readdirSync(folder).filter((name) => name.includes('.cache'))).toEqual([]);
});
