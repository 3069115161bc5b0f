/** One run of a program that captures: started, given its traffic, left until it has nothing more to do, ended. @module */
import type { LabHost } from '../../src/lab/index.ts';
import { LabProgram, pause } from './lab-program.ts';

const CAPTURE_CORE = 1;
/** Milliseconds for a capturer to come to rest after it said that it captures. */
const START_UP = 1_000;
/** Milliseconds of a look at whether the capturer has nothing left to do, and how many looks there are at the most. */
const LOOK = 300;
const MOST_LOOKS = 100;
/** It rests when a look finds little more than this share of what idling took before there was traffic. */
const REST_SHARE = 1.5;
const REST_MARGIN = 1e6;

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
  const start = capturer.processorTime();
  await pause(LOOK);
  const before = capturer.processorTime();
  const idle = before - start;
  const sent = await send(capturer);
  const processorTime = (await timeAtRest(capturer, idle)) - before;
  capturer.interrupt();
  await capturer.ended();
  return { sent, processorTime, told: capturer.standardError };
}

/** What the processor time was when the capturer's first rest began. @param idle nanoseconds that a look's idling takes */
async function timeAtRest(capturer: LabProgram, idle: number): Promise<number> {
  let last = capturer.processorTime();
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    await pause(LOOK);
    const now = capturer.processorTime();
    if (now - last < idle * REST_SHARE + REST_MARGIN) break;
    last = now;
  }
  return last;
}
