/** One thread of `tapline capture --threads`: its own socket, ring, filter and file. @module */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StackError } from '../base/index.ts';
import { openLive } from '../capture/index.ts';
import { formatEnd, recordAndClose } from './capture-output.ts';
import { liveInterfaces } from './capture-source.ts';
import { createContext } from './context.ts';
import { createSink } from './run-capture.ts';
import type { ThreadCounters, ThreadMessage, ThreadTask } from './thread-messages.ts';

/** Milliseconds from report to report. */
const REPORT_INTERVAL = 200;

/** Runs what `workerData` says. */
export async function runCaptureThread(): Promise<void> {
  const stop = new AbortController();
  const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);
  const onStop = (): void => stop.abort();
  parentPort?.once('message', onStop);
  try {
    await capture(workerData as ThreadTask, stop, tell);
  } catch (error) {
    const isOurs = error instanceof StackError;
    tell({ kind: 'failed', code: isOurs ? error.code : 'THREAD', message: isOurs ? error.toText() : messageOf(error) });
  } finally {
    parentPort?.off('message', onStop); // lets the thread end
  }
}

async function capture(task: ThreadTask, stop: AbortController, tell: (message: ThreadMessage) => void): Promise<void> {
  const { words, bufferSize, fanoutId } = task;
  const context = createContext();
  const [live] = await liveInterfaces(words, bufferSize, context);
  if (live === undefined) return;
  const fanout = { mode: words.fanout, ...(fanoutId === undefined ? {} : { id: fanoutId }) };
  await using source = openLive(live.interfaceName, { ...live, fanout });
  const sink = createSink(words, source, context, { signal: stop.signal, stop: () => stop.abort(), release() {} });
  tell({ kind: 'open', fanoutId: source.fanoutId ?? 0, described: source.interfaces[0] });
  const progress = { frames: 0, bytes: 0 };
  const report = (kind: ThreadCounters['kind']): void => tell({ kind, ...progress, statistics: source.statistics() });
  const timer = setInterval(() => report('counters'), REPORT_INTERVAL);
  try {
    const { reason } = await recordAndClose(source, sink, {
      signal: stop.signal,
      onProgress: ({ frames, bytes }) => Object.assign(progress, { frames, bytes }),
    });
    context.stderr.write(formatEnd(reason));
  } finally {
    clearInterval(timer);
    report('end');
  }
}
