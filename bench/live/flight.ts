/**
 * The flight recorder beside an ordinary capture to a file, in turn on the same traffic: no trigger comes, the past only
 * goes round in memory. `tapline replay` sends at top speed. @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { createPcapWriter } from '../../src/pcap/index.ts';
import type { CaptureResult } from './capture.ts';
import { LabProgram, pause } from './lab-program.ts';
import { runForOutput } from './program-output.ts';

const GENERATOR_CORE = 0;
const CAPTURE_CORE = 1;
const START_UP = 1_000;
const SETTLE = 1_000;
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const FRAMES_IN_FILE = 100_000;
const LOOPS = 10;
const FLIGHT = ['--trigger', 'udp port 53', '--trigger', 'tcp[13] & 4 != 0', '--before', '10', '--history', '256'];

export async function benchFlight(rounds: number, report: (result: CaptureResult) => void): Promise<CaptureResult[]> {
  const results: CaptureResult[] = [];
  await using lab = await createLab(twoHosts());
  const folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'));
  try {
    for (const frameLength of [100, 1400]) {
      await makeFrames(join(folder, 'frames.pcap'), frameLength);
      for (let round = 1; round <= rounds; round += 1) {
        for (const capturer of ['to a file', 'with triggers']) {
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

async function makeFrames(path: string, length: number): Promise<void> {
  const writer = createPcapWriter(path, { linkType: 1 });
  const data = new Uint8Array(length).fill(0x5a);
  data.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  const frame = { data, offset: 0, length, wireLength: length, seconds: 1, nanoseconds: 0, interfaceIndex: 0 };
  for (let index = 0; index < FRAMES_IN_FILE; index += 1) writer.add(frame, length);
  await writer.close();
}

async function runOnce(
  lab: Lab,
  folder: string,
  frameLength: number,
  capturer: string,
  round: number,
): Promise<CaptureResult> {
  const isFlight = capturer === 'with triggers';
  const output = join(folder, isFlight ? 'flight.pcapng' : 'capture.pcap');
  const words = ['capture', '-i', 'eth0', '-w', output, '-B', '64', ...(isFlight ? FLIGHT : []), 'ether proto 0x88b5'];
  const program = new LabProgram(lab.host('right'), CAPTURE_CORE, [process.execPath, MAIN, ...words]);
  await program.said('listening on');
  await pause(START_UP);
  const before = program.processorTime();
  const replay = [
    'replay',
    '-i',
    'eth0',
    '--top-speed',
    '--loop',
    String(LOOPS),
    '--json',
    join(folder, 'frames.pcap'),
  ];
  const told = await runForOutput(lab.host('left'), GENERATOR_CORE, [process.execPath, MAIN, ...replay]);
  const { sent, framesPerSecond } = JSON.parse(told) as { sent: number; framesPerSecond: number };
  await pause(SETTLE);
  const spent = program.processorTime() - before;
  program.interrupt();
  await program.ended();
  rmSync(output, { force: true });
  const recorded = Number(/(\d+) packets? captured/.exec(program.standardError)?.[1] ?? Number.NaN);
  return {
    workload: `${frameLength.toLocaleString('en-US')}-byte frames`,
    capturer,
    round,
    sent,
    recorded,
    lostPercent: ((sent - recorded) / sent) * 100,
    nanosecondsPerFrame: spent / sent,
    framesPerSecond,
    fileBytes: isFlight ? 0 : recorded * (16 + frameLength),
  };
}
