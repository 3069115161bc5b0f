/** `tapline capture --threads`: starts the threads, adds up what they count, ends them together. @module */
import { Worker } from 'node:worker_threads';
import { type CaptureStatistics, sumStatistics } from '../../base/frame.ts';
import { printable } from '../../base/text.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { OutputLedger, type StopReason } from '../../session/index.ts';
import { MAX_BUFFER_MEBIBYTES, MEBIBYTE } from '../buffer-option.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { numberOption } from '../options.ts';
import { answerRequests } from '../request-signals.ts';
import { listenForStop } from '../stop-signals.ts';
import type { CaptureArguments } from './capture-options.ts';
import { describeInterface } from './capture-source.ts';
import { dropAdvice } from './drop-advice.ts';
import { LiveCounter } from './live-counter.ts';
import { formatEnd } from './output-series.ts';
import { statisticsTarget, writeStatistics } from './statistics-file.ts';
import { ThreadHandle } from './thread-handle.ts';
import type { ThreadTask } from './thread-messages.ts';
import { threadFile, threadLimits } from './thread-options.ts';

/** @param bufferSize bytes of all rings together @throws StackError what a thread failed with, once all have ended */
export async function runCaptureThreads(
  words: CaptureArguments,
  { count, bufferSize }: { readonly count: number; readonly bufferSize: number },
  context: CommandContext,
): Promise<void> {
  const seconds = numberOption('--duration', words.duration, { fraction: true });
  const limits = threadLimits(words, count);
  const statisticsFile = statisticsTarget(words);
  const stop = listenForStop(context);
  const ledger = new OutputLedger().memory;
  const threads: ThreadHandle[] = [];
  const total = (): CaptureStatistics => sumStatistics(threads.map(({ counters }) => counters.statistics));
  const counter = new LiveCounter(context, true, total);
  const update = (): void => {
    const frames = threads.reduce((sum, { counters }) => sum + counters.frames, 0);
    counter.update({ frames, bytes: threads.reduce((sum, { counters }) => sum + counters.bytes, 0) });
  };
  const start = (fanoutId: number | undefined): ThreadHandle => {
    const file = threadFile(words.w ?? '', threads.length);
    const own = { words: { ...words, w: file }, bufferSize: bufferSize / count, fanoutId };
    const workerData: ThreadTask = { ...own, limits, ledger };
    const worker = new Worker(new URL('./capture-thread.js', import.meta.url), { workerData });
    const thread = new ThreadHandle(worker, file, update);
    threads.push(thread);
    return thread;
  };
  const endAll = (): void => {
    for (const thread of threads) thread.tell('end');
  };
  answerRequests(context.signals, {
    writeCounters: () => counter.writeCounters(),
    flush() {
      for (const thread of threads) thread.tell('flush');
    },
  });
  const startTime = context.clock.wallTime();
  const finished = new AbortController();
  let described: CaptureInterface | undefined;
  let reason: StopReason = 'signal';
  try {
    const first = await start(undefined).opened;
    described = first.described;
    for (let next = 1; next < count; next += 1) start(first.fanoutId);
    await Promise.all(threads.map(({ opened }) => opened));
    announce(words, described, count, context);
    stop.signal.addEventListener('abort', endAll, { once: true });
    if (stop.signal.aborted) endAll();
    if (seconds !== undefined) {
      void context.clock.sleep(seconds * 1000, finished.signal).then(() => {
        if (finished.signal.aborted) return;
        if (reason === 'signal' && !stop.signal.aborted) reason = 'duration';
        endAll();
      });
    }
    const end = await Promise.race(threads.map(({ ended }) => ended)); // one that ends by itself, or fails, ends all
    if (end !== undefined && end !== 'signal') reason = end;
  } finally {
    endAll();
    await Promise.allSettled(threads.map(({ ended }) => ended));
    finished.abort();
    stop.release();
    update();
    counter.stop();
    context.stderr.write(formatEnd(reason));
    for (const { file, counters } of threads) {
      context.stderr.write(
        `tapline: ${printable(file)}: ${counters.frames} packets, ${counters.statistics.dropped} dropped\n`,
      );
    }
    counter.writeCounters();
    const statistics = total();
    const { history, progress } = counter;
    const situation = { statistics, worst: history.worst, bufferMebibytes: bufferSize / MEBIBYTE };
    context.stderr.write(dropAdvice({ ...situation, mostMebibytes: MAX_BUFFER_MEBIBYTES }));
    if (statisticsFile !== undefined) {
      const interfaces = described === undefined ? [] : [{ ...described, statistics }];
      const endTime = context.clock.wallTime();
      const counts = { interfaces, progress, late: undefined, startTime, endTime, history };
      writeStatistics(statisticsFile, counts, context);
    }
  }
  await Promise.all(threads.map(({ ended }) => ended));
  if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
}

function announce(words: CaptureArguments, described: CaptureInterface, count: number, context: CommandContext): void {
  const shared = `${count} threads by ${words.fanout}`;
  context.stderr.write(`tapline: listening on ${describeInterface(described)}, ${shared}\n`);
}
