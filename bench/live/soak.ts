/**
 * A capture over a long time: frames of 100 bytes at four fifths of the rate that it takes without loss, found by short
 * steps first. What it loses, what memory it gains after the first minute, how long its garbage collections stop it, and what a
 * frame costs. `tapline replay` is the generator. @module
 */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { createPcapWriter } from '../../src/pcap/index.ts';
import { LabProgram, pause } from './lab-program.ts';
import { runForOutput } from './program-output.ts';

const GENERATOR_CORE = 0;
const CAPTURE_CORE = 1;
const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const FRAME_LENGTH = 100;
const FRAMES_IN_FILE = 10_000;
const BUFFER_MEBIBYTES = 64;
/** Bytes of a frame in the file. */
const RECORD_LENGTH = 16 + FRAME_LENGTH;

/** Rates tried, frames a second, for so many seconds each; below the last lossless one the soak runs. */
const STEPS = [50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 700_000, 1_000_000];
const STEP_SECONDS = 3;
/** A generator that falls behind the rate by this much is at its own end. */
const GENERATOR_END = 0.95;
const SHARE = 0.8;

const START_UP = 1_000;
const SETTLE = 1_500;
const SAMPLE_INTERVAL = 1_000;
/** Milliseconds after which memory should no longer grow; at most half of the soak. */
const WARM_UP = 60_000;

/** Runs in the capturer: what its garbage collections took, on standard error at its end. */
const OBSERVER = `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
const pauses = [];
const note = (list) => { for (const { duration } of list.getEntries()) pauses.push(duration); };
const observer = new PerformanceObserver(note);
observer.observe({ entryTypes: ['gc'] });
process.on('exit', () => {
  note({ getEntries: () => observer.takeRecords() });
  const total = pauses.reduce((sum, pause) => sum + pause, 0);
  writeSync(2, 'collections ' + JSON.stringify({ count: pauses.length, total, worst: Math.max(0, ...pauses) }) + '\\n');
});`)}`;

export interface SoakResult {
  readonly seconds: number;
  readonly framesPerSecond: number;
  readonly sent: number;
  readonly captured: number;
  readonly droppedByKernel: number;
  readonly processorNanosecondsPerFrame: number;
  /** Kibibytes: after the warm-up, at the end, and the most that was seen. */
  readonly residentAfterWarmUp: number;
  readonly residentAtEnd: number;
  readonly residentMost: number;
  /** Garbage collections of the capturer: how many, milliseconds in all, the longest. */
  readonly collections: { readonly count: number; readonly total: number; readonly worst: number };
  /** `disk`, or `null` where the disk has no room for so many frames. */
  readonly target: 'disk' | 'null';
}

export interface SoakStep {
  readonly wanted: number;
  readonly framesPerSecond: number;
  readonly lost: number;
}

export async function benchSoak(
  seconds: number,
  report: (result: SoakStep | SoakResult) => void,
): Promise<(SoakStep | SoakResult)[]> {
  await using lab = await createLab(twoHosts());
  const folder = mkdtempSync(join(tmpdir(), 'tapline-bench-'));
  const results: (SoakStep | SoakResult)[] = [];
  const note = (result: SoakStep | SoakResult): void => {
    results.push(result);
    report(result);
  };
  try {
    await makeFrames(join(folder, 'frames.pcap'));
    let lossless = STEPS[0] ?? 0;
    for (const wanted of STEPS) {
      const { framesPerSecond, sent, captured } = await run(lab, folder, wanted, STEP_SECONDS);
      note({ wanted, framesPerSecond, lost: sent - captured });
      if (captured < sent) break;
      lossless = framesPerSecond;
      if (framesPerSecond < wanted * GENERATOR_END) break;
    }
    note(await run(lab, folder, Math.round(lossless * SHARE), seconds));
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function makeFrames(path: string): Promise<void> {
  const writer = createPcapWriter(path, { linkType: 1 });
  const data = new Uint8Array(FRAME_LENGTH).fill(0x5a);
  data.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  const frame = { data, offset: 0, length: FRAME_LENGTH, wireLength: FRAME_LENGTH, seconds: 1, nanoseconds: 0 };
  for (let index = 0; index < FRAMES_IN_FILE; index += 1) writer.add({ ...frame, interfaceIndex: 0 }, FRAME_LENGTH);
  await writer.close();
}

async function run(lab: Lab, folder: string, rate: number, seconds: number): Promise<SoakResult> {
  const path = join(folder, 'capture.pcap');
  const { bavail, bsize } = statfsSync(folder);
  const target = rate * seconds * RECORD_LENGTH < (bavail * bsize) / 2 ? 'disk' : 'null';
  const output = target === 'disk' ? path : '/dev/null';
  const capture = ['capture', '-i', 'eth0', '-w', output, '-B', String(BUFFER_MEBIBYTES), 'ether proto 0x88b5'];
  const program = new LabProgram(lab.host('right'), CAPTURE_CORE, [
    process.execPath,
    '--import',
    OBSERVER,
    MAIN,
    ...capture,
  ]);
  await program.said('listening on');
  await pause(START_UP);
  const before = program.processorTime();
  const count = Math.round(rate * seconds);
  const replay = ['replay', '-i', 'eth0', '--rate', String(rate), '--loop', '0', '-c', String(count), '--json'];
  const frames = join(folder, 'frames.pcap');
  const generating = runForOutput(lab.host('left'), GENERATOR_CORE, [process.execPath, MAIN, ...replay, frames]);
  const resident = await sampleUntil(generating, program);
  const { sent, framesPerSecond } = JSON.parse(await generating) as { sent: number; framesPerSecond: number };
  await pause(SETTLE);
  const spent = program.processorTime() - before;
  program.interrupt();
  await program.ended();
  rmSync(path, { force: true });
  const warm = Math.floor(Math.min(WARM_UP, (seconds * 1000) / 2) / SAMPLE_INTERVAL);
  return {
    seconds,
    framesPerSecond,
    sent,
    captured: said(program, /(\d+) packets? captured/),
    droppedByKernel: said(program, /(\d+) packets? dropped by kernel/),
    processorNanosecondsPerFrame: spent / sent,
    residentAfterWarmUp: resident[warm] ?? resident.at(-1) ?? 0,
    residentAtEnd: resident.at(-1) ?? 0,
    residentMost: Math.max(0, ...resident),
    collections: JSON.parse(/collections (.*)/.exec(program.standardError)?.[1] ?? '{}') as SoakResult['collections'],
    target,
  };
}

/** The capturer's resident size, once a second until `work` is over. */
async function sampleUntil(work: Promise<unknown>, program: LabProgram): Promise<number[]> {
  const samples: number[] = [];
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    samples.push(program.residentSize());
    await Promise.race([ended, pause(SAMPLE_INTERVAL)]);
  }
  return samples;
}

function said(program: LabProgram, pattern: RegExp): number {
  return Number(pattern.exec(program.standardError)?.[1] ?? Number.NaN);
}
