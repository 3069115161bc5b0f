/** One run of a program that captures: started, given its traffic, left until it has nothing more to do, ended. @module */
import type { LabHost } from '../../src/lab/index.ts';
import { LabProgram, pause } from './lab-program.ts';

const CAPTURE_CORE = 1;
/** Milliseconds for a capturer to come to rest after it said that it captures. */
const START_UP = 1_000;
/** A capturer that takes less than this share of a processor for so many milliseconds has nothing left to do. */
const REST = 300;
const REST_SHARE = 0.007;
const MOST_RESTS = 100;

export interface CaptureRun<Sent> {
  /** What sending came to. */
  readonly sent: Sent;
  /** Nanoseconds of a processor from the first frame on; start-up and rest are not in it. */
  readonly processorTime: number;
  /** All that the capturer wrote to standard error. */
  readonly told: string;
}

/**
 * Starts `words` in `host`, waits until it has `said` so, and sends.
 * @throws Error when the capturer does not start, or ends before it is told to
 */
export async function runCapturer<Sent>(
  host: LabHost,
  { words, said }: { readonly words: readonly string[]; readonly said: string },
  send: (capturer: LabProgram) => Promise<Sent>,
): Promise<CaptureRun<Sent>> {
  const capturer = new LabProgram(host, CAPTURE_CORE, words);
  await capturer.said(said);
  await pause(START_UP);
  const before = capturer.processorTime();
  const sent = await send(capturer);
  const processorTime = (await timeAtRest(capturer)) - before;
  capturer.interrupt();
  await capturer.ended();
  return { sent, processorTime, told: capturer.standardError };
}

/** What the processor time was when the capturer's first rest began. */
async function timeAtRest(capturer: LabProgram): Promise<number> {
  let last = capturer.processorTime();
  for (let rests = 0; rests < MOST_RESTS; rests += 1) {
    await pause(REST);
    const now = capturer.processorTime();
    if (now - last < REST * 1e6 * REST_SHARE) break;
    last = now;
  }
  return last;
}
