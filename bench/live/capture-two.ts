/**
 * Two interfaces at once into one PCAPNG file: `tapline capture -i … -i …` beside dumpcap, in turn on the same traffic, which
 * trafgen sends on both wires at half its speed each. @module
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, type Lab, type LabPlan } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/index.ts';
import type { CaptureResult } from './capture.ts';
import { LabProgram, pause } from './lab-program.ts';

const GENERATOR_CORE = 0;
const CAPTURE_CORE = 1;
const START_UP = 1_000;
const SETTLE = 2_000;
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const INTERFACES = ['eth0', 'eth1'] as const;
const FRAMES_EACH = 500_000;
const BUFFER_MEBIBYTES = 64;

const TWO_WIRES: LabPlan = {
  hosts: [{ name: 'left' }, { name: 'right' }],
  wires: INTERFACES.map((name) => ({
    ends: [
      { host: 'left', interface: name },
      { host: 'right', interface: name },
    ],
  })),
};

const CAPTURERS = [
  {
    name: 'tapline',
    said: 'listening on',
    words: (file: string) => [
      ...[process.execPath, MAIN, 'capture', '-w', file, '-B', String(BUFFER_MEBIBYTES)],
      ...INTERFACES.flatMap((name) => ['-i', name]),
    ],
  },
  {
    name: 'dumpcap',
    said: 'File: ',
    words: (file: string) => [
      ...['dumpcap', '-q', '-w', file],
      ...INTERFACES.flatMap((name) => ['-i', name, '-B', String(BUFFER_MEBIBYTES)]),
    ],
  },
] as const;

export async function benchTwoInterfaces(
  rounds: number,
  report: (result: CaptureResult) => void,
): Promise<CaptureResult[]> {
  const results: CaptureResult[] = [];
  await using lab = await createLab(TWO_WIRES);
  const folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'));
  try {
    for (const frameLength of [100, 1400]) {
      for (let round = 1; round <= rounds; round += 1) {
        for (const capturer of CAPTURERS) {
          const result = await runOnce(lab, folder, frameLength, capturer, round);
          results.push(result);
          report(result);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return results;
}

async function runOnce(
  lab: Lab,
  folder: string,
  frameLength: number,
  capturer: (typeof CAPTURERS)[number],
  round: number,
): Promise<CaptureResult> {
  const file = join(folder, 'capture.pcapng');
  const program = new LabProgram(lab.host('right'), CAPTURE_CORE, capturer.words(file));
  await program.said(capturer.said);
  await pause(START_UP);
  const before = program.processorTime();
  const started = performance.now();
  await Promise.all(INTERFACES.map((name) => generate(lab, folder, name, frameLength)));
  const elapsed = performance.now() - started;
  await pause(SETTLE);
  const spent = program.processorTime() - before;
  program.interrupt();
  await program.ended();
  const sent = FRAMES_EACH * INTERFACES.length;
  const recorded = await countFrames(file);
  const fileBytes = statSync(file).size;
  rmSync(file);
  return {
    workload: `two interfaces, ${frameLength.toLocaleString('en-US')}-byte frames`,
    capturer: capturer.name,
    round,
    sent,
    recorded,
    lostPercent: ((sent - recorded) / sent) * 100,
    nanosecondsPerFrame: spent / sent,
    framesPerSecond: (sent / elapsed) * 1000,
    fileBytes,
  };
}

async function generate(lab: Lab, folder: string, interfaceName: string, frameLength: number): Promise<void> {
  const config = join(folder, `${interfaceName}.cfg`);
  const fill = `fill(0x5a, ${frameLength - 14})`;
  writeFileSync(config, `{ eth(da=02:00:00:00:00:99, sa=02:00:00:00:00:01, type=0x88b5), ${fill} }\n`);
  const words = ['trafgen', '--dev', interfaceName, '--conf', config, '--num', String(FRAMES_EACH), '--cpus', '1'];
  const generator = new LabProgram(lab.host('left'), GENERATOR_CORE, words);
  const status = await generator.ended();
  if (status !== 0) throw new Error(`trafgen ended with ${status}: ${generator.standardError}`);
}

/** Only those that the generators sent. */
async function countFrames(file: string): Promise<number> {
  await using source = await openFile(file, { filter: ({ data, offset }) => isOurs(data, offset) });
  let frames = 0;
  for await (const batch of source.batches()) frames += batch.size;
  return frames;
}

function isOurs(data: Uint8Array, offset: number): number {
  return data[offset + 12] === 0x88 && data[offset + 13] === 0xb5 ? 0xffff : 0;
}
