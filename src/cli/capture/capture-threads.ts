/** Runs `tapline capture --threads`: starts the threads, sums their counters and ends them together. @module */
import { Worker } from 'node:worker_threads';
import { type CaptureStatistics, sumStatistics } from '../../base/frame.ts';
import { printable } from '../../base/text.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { OutputLedger, type StopReason } from '../../session/index.ts';
import { MAX_BUFFER_MEBIBYTES } from '../buffer-option.ts';
import { checkHook } from '../check-output.ts';
import type { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { answerRequests } from '../request-signals.ts';
import { listenForStop } from '../stop-signals.ts';
import type { CaptureCommand } from './capture-options.ts';
import { describeInterface } from './capture-source.ts';
import { dropAdvice } from './drop-advice.ts';
import { LiveCounter } from './live-counter.ts';
import type { OutputFiles } from './output-options.ts';
import { writeStatistics } from './statistics-file.ts';
import { keepMemorySteady } from './steady-memory.ts';
import { formatStop } from './stop-message.ts';
import { ThreadHandle } from './thread-handle.ts';
import type { ThreadTask } from './thread-messages.ts';
import { type ThreadSettings, threadFile } from './thread-options.ts';

interface ThreadParts {
  readonly threads: ThreadSettings;
  readonly output: OutputFiles;
  readonly confinement: Confinement;
}

/** @throws the error of the first thread that failed, after all have ended */
export async function runCaptureThreads(
  command: CaptureCommand,
  { threads: { count, fanout, limits }, output, confinement }: ThreadParts,
  context: CommandContext,
): Promise<void> {
  const { duration, statistics: statisticsFile, bufferMebibytes } = command;
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
    const file = threadFile(output.path, threads.length);
    const shared = { fanout, fanoutId, limits, ledger, returnsWith: confinement.returnsWith };
    const workerData: ThreadTask = { command, output: { ...output, path: file }, ...shared };
    const worker = new Worker(new URL('./capture-thread.js', import.meta.url), { workerData });
    const thread = new ThreadHandle(worker, file, update);
    threads.push(thread);
    return thread;
  };
  const endAll = (): void => {
    for (const thread of threads) thread.request('end');
  };
  answerRequests(context.signals, {
    writeCounters: () => counter.writeCounters(),
    flush() {
      for (const thread of threads) thread.request('flush');
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
    const { rights } = confinement.enter(() => checkHook(output)); // again, as another user
    for (const thread of threads) thread.request({ kind: 'write', rights });
    await Promise.all(threads.map(({ writing }) => writing));
    context.stderr.write(`tapline: listening on ${describeInterface(described)}, ${count} threads by ${fanout}\n`);
    keepMemorySteady();
    stop.signal.addEventListener('abort', endAll, { once: true });
    if (stop.signal.aborted) endAll();
    if (duration !== undefined) {
      void context.clock.sleep(duration, finished.signal).then(() => {
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
    context.stderr.write(formatStop(reason, command.stopTexts));
    for (const { file, counters } of threads) {
      context.stderr.write(
        `tapline: ${printable(file)}: ${counters.frames} packets, ${counters.statistics.dropped} dropped\n`,
      );
    }
    counter.writeCounters();
    const statistics = total();
    const { history, progress } = counter;
    const situation = { statistics, worst: history.worst, bufferMebibytes };
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
