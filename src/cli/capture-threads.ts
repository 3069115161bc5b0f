/** `tapline capture --threads`: starts the threads, adds up what they count, ends them together. @module */
import { Worker } from 'node:worker_threads';
import { type CaptureStatistics, StackError, sumStatistics } from '../base/index.ts';
import type { CaptureInterface } from '../pcap/index.ts';
import { MAX_BUFFER_MEBIBYTES, MEBIBYTE } from './buffer-option.ts';
import type { CaptureArguments } from './capture-options.ts';
import { describeInterface } from './capture-source.ts';
import type { CommandContext } from './context.ts';
import { dropAdvice } from './drop-advice.ts';
import { LiveCounter } from './live-counter.ts';
import { numberOption } from './options.ts';
import { writeStatistics } from './statistics-file.ts';
import { listenForStop } from './stop-signals.ts';
import type { ThreadCounters, ThreadMessage, ThreadTask } from './thread-messages.ts';
import { threadFile } from './thread-options.ts';

type Opened = Extract<ThreadMessage, { readonly kind: 'open' }>;

const NOTHING: ThreadCounters = {
  kind: 'counters',
  frames: 0,
  bytes: 0,
  statistics: { received: 0, accepted: 0, dropped: 0, freezes: 0 },
};

/** @param bufferSize bytes of all rings together @throws StackError what a thread failed with, once all have ended */
export async function runCaptureThreads(
  words: CaptureArguments,
  { count, bufferSize }: { readonly count: number; readonly bufferSize: number },
  context: CommandContext,
): Promise<void> {
  const seconds = numberOption('--duration', words.duration, { fraction: true });
  const stop = listenForStop(context.signals);
  const threads: CaptureThread[] = [];
  const total = (): CaptureStatistics => sumStatistics(threads.map(({ counters }) => counters.statistics));
  const counter = new LiveCounter(context, true, total);
  const update = (): void => {
    const frames = threads.reduce((sum, { counters }) => sum + counters.frames, 0);
    counter.update({ frames, bytes: threads.reduce((sum, { counters }) => sum + counters.bytes, 0) });
  };
  const start = (fanoutId: number | undefined): CaptureThread => {
    const file = threadFile(words.w ?? '', threads.length);
    const task = { words: { ...words, w: file }, bufferSize: bufferSize / count, fanoutId };
    const thread = new CaptureThread(task, file, update);
    threads.push(thread);
    return thread;
  };
  const endAll = (): void => {
    for (const thread of threads) thread.end();
  };
  const releaseSignals = context.signals.on(['SIGUSR1'], () => counter.writeCounters());
  const startTime = context.clock.wallTime();
  let timer: NodeJS.Timeout | undefined;
  let described: CaptureInterface | undefined;
  try {
    const first = await start(undefined).opened;
    described = first.described;
    for (let next = 1; next < count; next += 1) start(first.fanoutId);
    await Promise.all(threads.map(({ opened }) => opened));
    announce(words, first, count, context);
    stop.signal.addEventListener('abort', endAll, { once: true });
    if (stop.signal.aborted) endAll();
    if (seconds !== undefined) timer = setTimeout(endAll, seconds * 1000);
    await Promise.race(threads.map(({ ended }) => ended)); // one that ends by itself, or fails, ends all
  } finally {
    endAll();
    await Promise.allSettled(threads.map(({ ended }) => ended));
    clearTimeout(timer);
    stop.release();
    releaseSignals();
    update();
    counter.stop();
    for (const { file, counters } of threads) {
      context.stderr.write(`tapline: ${file}: ${counters.frames} packets, ${counters.statistics.dropped} dropped\n`);
    }
    counter.writeCounters();
    const statistics = total();
    const { history, progress } = counter;
    const situation = { statistics, worst: history.worst, bufferMebibytes: bufferSize / MEBIBYTE };
    context.stderr.write(dropAdvice({ ...situation, mostMebibytes: MAX_BUFFER_MEBIBYTES }));
    if (words.stats !== undefined) {
      const interfaces = described === undefined ? [] : [{ ...described, statistics }];
      const endTime = context.clock.wallTime();
      writeStatistics(words.stats, { interfaces, progress, late: undefined, startTime, endTime, history }, context);
    }
  }
  await Promise.all(threads.map(({ ended }) => ended));
}

/** A worker, and what it has told. */
class CaptureThread {
  readonly file: string;
  /** Resolves when it captures. */
  readonly opened: Promise<Opened>;
  /** Resolves when its file is whole and closed; rejects with what it failed with. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  counters = NOTHING;

  constructor(task: ThreadTask, file: string, onCounters: () => void) {
    this.file = file;
    const worker = new Worker(new URL('./capture-thread.js', import.meta.url), { workerData: task });
    this.#worker = worker;
    let failure: Error | undefined;
    this.ended = new Promise((resolve, reject) => {
      worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'failed') failure = new StackError(message.code, message.message);
        else if (message.kind !== 'open') {
          this.counters = message;
          onCounters();
        }
      });
      worker.once('error', (cause) => {
        failure = new StackError('THREAD', `the thread that wrote ${file} broke down: ${cause}`, { cause });
      });
      worker.once('exit', () => {
        const hasEnded = this.counters.kind === 'end';
        failure ??= hasEnded ? undefined : new StackError('THREAD', `the thread that wrote ${file} went away`);
        if (failure === undefined) resolve();
        else reject(failure);
      });
    });
    this.opened = new Promise((resolve, reject) => {
      worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'open') resolve(message);
      });
      this.ended.then(() => reject(new StackError('THREAD', `the thread for ${file} did not begin`)), reject);
    });
    this.opened.catch(() => {}); // looked at by those who wait for it
    this.ended.catch(() => {});
  }

  /** Any number of times. */
  end(): void {
    this.#worker.postMessage('end');
  }
}

function announce(words: CaptureArguments, { described }: Opened, count: number, context: CommandContext): void {
  const shared = `${count} threads by ${words.fanout}`;
  context.stderr.write(`tapline: listening on ${describeInterface(described)}, ${shared}\n`);
}
