/**
 * A capture over a long time: frames of 100 bytes at four fifths of the rate that it takes without loss, found by short
 * steps first. What it loses, what memory it gains after the first minute, how long its garbage collections stop it, and what a
 * frame costs. `tapline replay` is the generator. @module
 */
import { rmSync, statfsSync } from 'node:fs';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { BenchFolder } from '../support/bench-folder.ts';
import { runCapturer } from './capture-run.ts';
import { BENCH_FILTER, makeRecording, replayFrom } from './generators.ts';
import { type LabProgram, pause } from './lab-program.ts';
import { countTold, tapline } from './tapline.ts';

const FRAME_LENGTH = 100;
const RECORDING = 'frames.pcap';
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
    if (framesPerSecond < wanted * GENERATOR_END) break;
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
  const capturer = { words: tapline(words, OBSERVER), said: 'listening on' };
  const { sent, processorTime, told } = await runCapturer(lab.host('right'), capturer, async (program) => {
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
    captured: countTold(told, 'captured'),
    droppedByKernel: countTold(told, 'dropped by kernel'),
    processorNanosecondsPerFrame: processorTime / sent.sent,
    residentAfterWarmUp: resident[warm] ?? resident.at(-1) ?? 0,
    residentAtEnd: resident.at(-1) ?? 0,
    residentMost: Math.max(0, ...resident),
    collections: JSON.parse(/collections (.*)/.exec(told)?.[1] ?? '{}') as SoakResult['collections'],
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
