/** Compares capture programs on the same traffic: CPU nanoseconds per frame, and frames lost. @module */
import { rmSync, statSync } from 'node:fs';
import { createLab, type Lab, type LabPlan } from '../../src/lab/index.ts';
import { type FileOptions, openFile } from '../../src/pcap/file-reader.ts';
import { BenchFolder } from '../support/bench-folder.ts';
import { runCapturer } from './capture-run.ts';

export interface Capturer<Load> {
  readonly name: string;
  /** Name of the output file; its extension selects the format. */
  readonly file: string;
  /** Text on standard error when the capture has started; empty for a program that prints nothing. */
  readonly readyText: string;
  words(file: string, load: Load): readonly string[];
}

export interface Contest<Load extends { readonly name: string }> {
  readonly plan: LabPlan;
  readonly loads: readonly Load[];
  readonly capturers: readonly Capturer<Load>[];
  /** Creates the files that `send` needs, once per load. */
  prepare?(load: Load, folder: BenchFolder): Promise<void>;
  /** Sends all frames of `load` from the host `left`. */
  send(lab: Lab, load: Load, folder: BenchFolder): Promise<Traffic>;
  /** Returns the number of frames recorded. @param standardError output of the capturer */
  count(file: string, standardError: string): number | Promise<number>;
}

interface Traffic {
  readonly frames: number;
  /** Frames that match the filter of the capturer. */
  readonly wanted: number;
  readonly framesPerSecond: number;
}

export interface CaptureResult {
  readonly workload: string;
  readonly capturer: string;
  readonly round: number;
  readonly sent: number;
  readonly recorded: number;
  /** Share of the matching frames that is not in the file. */
  readonly lostPercent: number;
  /** CPU nanoseconds of the capturing process per frame sent, without start-up. */
  readonly nanosecondsPerFrame: number;
  readonly framesPerSecond: number;
  readonly fileBytes: number;
}

/** Runs every load with every capturer on the host `right`, `rounds` times in turn. */
export async function holdContest<Load extends { readonly name: string }>(
  contest: Contest<Load>,
  rounds: number,
  report: (result: CaptureResult) => void,
): Promise<CaptureResult[]> {
  await using lab = await createLab(contest.plan);
  const results: CaptureResult[] = [];
  for (const load of contest.loads) {
    using folder = new BenchFolder();
    await contest.prepare?.(load, folder);
    for (let round = 1; round <= rounds; round += 1) {
      for (const capturer of contest.capturers) {
        const result = { round, ...(await runOnce(contest, { lab, folder }, load, capturer)) };
        results.push(result);
        report(result);
      }
    }
  }
  return results;
}

async function runOnce<Load extends { readonly name: string }>(
  contest: Contest<Load>,
  { lab, folder }: { readonly lab: Lab; readonly folder: BenchFolder },
  load: Load,
  capturer: Capturer<Load>,
): Promise<Omit<CaptureResult, 'round'>> {
  const file = folder.file(capturer.file);
  const program = { words: capturer.words(file, load), readyText: capturer.readyText };
  const { sent, processorTime, standardError } = await runCapturer(lab.host('right'), program, () =>
    contest.send(lab, load, folder),
  );
  const recorded = await contest.count(file, standardError);
  const fileBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  rmSync(file, { force: true });
  return {
    workload: load.name,
    capturer: capturer.name,
    sent: sent.frames,
    recorded,
    lostPercent: ((sent.wanted - recorded) / sent.wanted) * 100,
    nanosecondsPerFrame: processorTime / sent.frames,
    framesPerSecond: sent.framesPerSecond,
    fileBytes,
  };
}

/** Returns the number of frames in a capture file. */
export async function countFrames(file: string, options?: FileOptions): Promise<number> {
  await using source = await openFile(file, options);
  let frames = 0;
  for await (const batch of source.batches()) frames += batch.size;
  return frames;
}
