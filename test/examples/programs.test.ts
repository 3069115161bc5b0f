/** The examples that need no privilege, run as programs. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildPcap, parseAll } from '../support/capture-file.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { ipv4, tcp } from '../support/made-frames.ts';
import { compileExample } from '../support/run-example.ts';

const FRAME = ipv4(6, tcp({}));
const folder = new TestFolder();
const capture = folder.file('packets.pcap');

beforeAll(() => {
  const other = new Uint8Array(600);
  const records = [FRAME, FRAME, other].map((frame) => [1, 2, frame.length, frame.length, frame] as const);
  writeFileSync(capture, buildPcap({ records }));
});
afterAll(() => folder[Symbol.dispose]());

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs in the folder of the test, where the default file names are looked up. */
async function runExample(name: string, ...words: string[]): Promise<Outcome> {
  const program = await compileExample(name);
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    cwd: folder.path,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function printed(stdout: string): Outcome {
  return { status: 0, stdout, stderr: '' };
}

test('03-count-by-size counts the frames of a file', async () => {
  expect(await runExample('03-count-by-size')).toEqual(printed('up to 128 bytes: 2, 512: 0, 1518: 1, longer: 0\n'));
  expect(await runExample('03-count-by-size', capture, 'tcp')).toEqual(
    printed('up to 128 bytes: 2, 512: 0, 1518: 0, longer: 0\n'),
  );
});

test('04-compile-a-filter prints the program', async () => {
  // As `tcpdump -d -y EN10MB ip` prints it.
  const program =
    '(000) ldh      [12]\n(001) jeq      #0x800           jt 2\tjf 3\n(002) ret      #262144\n(003) ret      #0\n';
  expect(await runExample('04-compile-a-filter', 'ip')).toEqual(printed(program));
  expect((await runExample('04-compile-a-filter', 'tpc')).stdout).toContain('\n  tpc\n  ^^^');
  expect((await runExample('04-compile-a-filter')).stdout).toContain('#0x19 '); // port 25, the default expression
});

test('05-filter-engines counts the matching frames both ways', async () => {
  expect(await runExample('05-filter-engines')).toEqual(printed('one by one: 2, at once: 2\n'));
  expect(await runExample('05-filter-engines', capture, 'greater 600')).toEqual(printed('one by one: 1, at once: 1\n'));
});

test('06-merge-captures writes one file', async () => {
  const merged = folder.file('merged.pcapng');
  expect(await runExample('06-merge-captures', capture, capture, merged)).toEqual(
    printed(`6 frames written to ${merged}\n`),
  );
  const { frames, parser } = parseAll(readFileSync(merged));
  expect(frames).toHaveLength(6);
  expect(parser.interfaces).toHaveLength(2);
});

test('06-merge-captures without files ends with an error', async () => {
  const { status, stderr } = await runExample('06-merge-captures');
  expect(status).toBe(1);
  expect(stderr).toContain('TypeError: give at least one input file and the output file');
});
