/** The README's example runs as it stands there: with the built package, on real frames. @module */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, exchangeTcp, type Lab, twoHosts } from '../../src/lab/index.ts';
import { readPackets, TestFolder } from '../support/capture-lab.ts';
import { LabProcess } from '../support/lab-process.ts';

const LIBRARY = new URL('../../dist/index.js', import.meta.url).href;
const README = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
/** The example ends by itself after a thousand frames: more than there are conversations for. */
const MOST_CONVERSATIONS = 1_000;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts());
});
afterAll(() => lab.close());

test('As a library', async () => {
  const [, example] = /## Library\n\n```ts\n(.*?)```\n/s.exec(README) ?? [];
  if (example === undefined) throw new Error('the README has no example');
  using folder = new TestFolder();
  const program = example
    .replace("from 'tapline'", () => `from ${JSON.stringify(LIBRARY)}`)
    .replace("'mail.pcap'", () => JSON.stringify(folder.file('mail.pcap')));
  await using run = new LabProcess(lab.host('right'), process.execPath, ['--input-type=module', '-e', program]);
  const [left, right] = [lab.host('left'), lab.host('right')];
  const request = new Uint8Array(60_000); // larger than the MTU: segments of the sender's hardware, which is none here
  for (let count = 0; count < MOST_CONVERSATIONS && run.child.exitCode === null; count += 1) {
    await exchangeTcp(left, right, { port: 25, request, reply: Uint8Array.of(1) });
  }
  expect([await run.exit(), run.standardError]).toEqual([0, '']);
  const lines = run.standardOutput.toString().split('\n');
  expect(lines[0]).toMatch(/^IP 10\.1\.1\.\d\.\d+ > 10\.1\.1\.\d\.\d+: Flags \[/);
  expect(run.standardOutput.toString()).toMatch(/frames: 1000\b/);
  expect(await readPackets(folder.file('mail.pcap'))).toHaveLength(1_000);
});
