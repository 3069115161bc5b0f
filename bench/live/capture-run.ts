/** Runs a capture program once: starts it, sends traffic, waits until it is idle, and interrupts it. @module */
import type { LabHost } from '../../src/lab/index.ts';
import { LabProgram, pause } from './lab-program.ts';

const CAPTURE_CORE = 1;
/** Milliseconds that a capturer needs to become idle after it has started. */
const START_UP = 1_000;
/** Milliseconds between two samples of the processor time, and the maximum number of samples. */
const SAMPLE_INTERVAL = 300;
const MAX_SAMPLES = 100;
/** The capturer is idle when its processor time in an interval is below the idle time before the traffic times this. */
const IDLE_FACTOR = 1.5;
const IDLE_MARGIN = 1e6; // nanoseconds

export interface CaptureRun<Sent> {
  /** Result of sending. */
  readonly sent: Sent;
  /** Processor time in nanoseconds from the first frame until the program is idle. */
  readonly processorTime: number;
  readonly standardError: string;
}

/**
 * Starts `words` in `host`, waits for `readyText`, and sends.
 * @throws Error when the capturer does not start, or ends before it is interrupted
 */
export async function runCapturer<Sent>(
  host: LabHost,
  { words, readyText }: { readonly words: readonly string[]; readonly readyText: string },
  send: (capturer: LabProgram) => Promise<Sent>,
): Promise<CaptureRun<Sent>> {
  const capturer = new LabProgram(host, CAPTURE_CORE, words);
  await capturer.printed(readyText);
  await pause(START_UP);
  const start = capturer.processorTime();
  await pause(SAMPLE_INTERVAL);
  const before = capturer.processorTime();
  const idle = before - start;
  const sent = await send(capturer);
  const processorTime = (await timeWhenIdle(capturer, idle)) - before;
  capturer.interrupt();
  await capturer.ended();
  return { sent, processorTime, standardError: capturer.standardError };
}

/** Returns the processor time at which the capturer became idle. @param idle nanoseconds per interval without traffic */
async function timeWhenIdle(capturer: LabProgram, idle: number): Promise<number> {
  let last = capturer.processorTime();
  for (let samples = 0; samples < MAX_SAMPLES; samples += 1) {
    await pause(SAMPLE_INTERVAL);
    const now = capturer.processorTime();
    if (now - last < idle * IDLE_FACTOR + IDLE_MARGIN) break;
    last = now;
  }
  return last;
}
