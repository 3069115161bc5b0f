/**
 * Runs a long capture of 100-byte frames at 80 % of the highest lossless rate, which short steps find first. Measures
 * losses, memory growth after the first minute, garbage collection pauses and processor time per frame.
 * `tapline replay` is the generator. @module
 */
import { rmSync, statfsSync } from 'node:fs';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { BenchFolder } from '../support/bench-folder.ts';
import { runCapturer } from './capture-run.ts';
import { BENCH_FILTER, makeRecording, replayFrom } from './generators.ts';
import { type LabProgram, pause } from './lab-program.ts';
import { printedCount, tapline } from './tapline.ts';

const FRAME_LENGTH = 100;
const RECORDING = 'frames.pcap';
const FRAMES_IN_FILE = 10_000;
const BUFFER_MEBIBYTES = 64;
/** Bytes per frame in the file. */
const RECORD_LENGTH = 16 + FRAME_LENGTH;

/** Rates of the steps in frames per second, each for `STEP_SECONDS`. */
const STEPS = [50_000, 100_000, 150_000, 200_000, 300_000, 400_000, 500_000, 700_000, 1_000_000];
const STEP_SECONDS = 3;
/** A generator that reaches less than this share of the rate is at its limit. */
const GENERATOR_LIMIT = 0.95;
/** Rate of the soak, as a share of the highest lossless rate. */
const SHARE = 0.8;

const SAMPLE_INTERVAL = 1_000;
/** Milliseconds after which memory should not grow any more; at most half of the soak. */
const WARM_UP = 60_000;

/** Preloaded into the capturer: prints the durations of its garbage collections to standard error at exit. */
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
  /** Resident memory in KiB: after the warm-up, at the end, and the maximum. */
  readonly residentAfterWarmUp: number;
  readonly residentAtEnd: number;
  readonly residentMaximum: number;
  /** Garbage collections of the capturer: count, total and longest in milliseconds. */
  readonly collections: { readonly count: number; readonly total: number; readonly worst: number };
  /** `disk`, or `null` when the disk has not enough free space. */
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
  using folder = new BenchFolder();
  const results: (SoakStep | SoakResult)[] = [];
  const note = (result: SoakStep | SoakResult): void => {
    results.push(result);
    report(result);
  };
  await makeRecording(folder.file(RECORDING), { frames: FRAMES_IN_FILE, frameLength: FRAME_LENGTH });
  let lossless = STEPS[0] ?? 0;
  for (const wanted of STEPS) {
    const { framesPerSecond, sent, captured } = await run(lab, folder, wanted, STEP_SECONDS);
    note({ wanted, framesPerSecond, lost: sent - captured });
    if (captured < sent) break;
    lossless = framesPerSecond;
    if (framesPerSecond < wanted * GENERATOR_LIMIT) break;
  }
  note(await run(lab, folder, Math.round(lossless * SHARE), seconds));
  return results;
}

async function run(lab: Lab, folder: BenchFolder, rate: number, seconds: number): Promise<SoakResult> {
  const path = folder.file('capture.pcap');
  const { bavail, bsize } = statfsSync(folder.file('.'));
  const target = rate * seconds * RECORD_LENGTH < (bavail * bsize) / 2 ? 'disk' : 'null';
  const output = target === 'disk' ? path : '/dev/null';
  const words = ['capture', '-i', 'eth0', '-w', output, '-B', String(BUFFER_MEBIBYTES), BENCH_FILTER];
  const capturer = { words: tapline(words, OBSERVER), readyText: 'listening on' };
  const { sent, processorTime, standardError } = await runCapturer(lab.host('right'), capturer, async (program) => {
    const count = Math.round(rate * seconds);
    const order = ['--rate', String(rate), '--loop', '0', '-c', String(count), folder.file(RECORDING)];
    const replaying = replayFrom(lab.host('left'), order);
    return { resident: await sampleUntil(replaying, program), ...(await replaying) };
  });
  rmSync(path, { force: true });
  const { resident } = sent;
  const warm = Math.floor(Math.min(WARM_UP, (seconds * 1000) / 2) / SAMPLE_INTERVAL);
  return {
    seconds,
    framesPerSecond: sent.framesPerSecond,
    sent: sent.sent,
    captured: printedCount(standardError, 'captured'),
    droppedByKernel: printedCount(standardError, 'dropped by kernel'),
    processorNanosecondsPerFrame: processorTime / sent.sent,
    residentAfterWarmUp: resident[warm] ?? resident.at(-1) ?? 0,
    residentAtEnd: resident.at(-1) ?? 0,
    residentMaximum: Math.max(0, ...resident),
    collections: JSON.parse(/collections (.*)/.exec(standardError)?.[1] ?? '{}') as SoakResult['collections'],
    target,
  };
}

/** Samples the resident memory of the capturer once per second until `work` settles. */
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
