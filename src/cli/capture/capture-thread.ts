/** One thread of `tapline capture --threads`: its own socket, ring, filter and file. @module */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, StackError } from '../../base/errors.ts';
import { openLive } from '../../capture/index.ts';
import { OutputLedger, type StopReason } from '../../session/index.ts';
import { createContext } from '../context.ts';
import { createFiles, recordAndClose } from './capture-output.ts';
import { liveInterfaces } from './capture-source.ts';
import type { ThreadCounters, ThreadMessage, ThreadTask, ThreadWish } from './thread-messages.ts';

/** Milliseconds from report to report. */
const REPORT_INTERVAL = 200;

/** Runs what `workerData` says. */
export async function runCaptureThread(): Promise<void> {
  const stop = new AbortController();
  const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);
  const onWish = (wish: ThreadWish): void => {
    if (wish === 'end') stop.abort();
  };
  const task = workerData as ThreadTask;
  const fail = (error: unknown): void => {
    const isOurs = error instanceof StackError;
    const message = isOurs ? error.toText() : `the thread that wrote ${task.words.w} broke down: ${messageOf(error)}`;
    tell({ kind: 'failed', code: isOurs ? error.code : 'THREAD', message });
  };
  // What nobody caught: all that has been captured is put down first. Then nothing that was left running may hold us.
  let isBroken = false;
  process.on('uncaughtException', (error) => {
    if (!isBroken) fail(error);
    isBroken = true;
    stop.abort();
  });
  parentPort?.on('message', onWish);
  try {
    await capture(task, stop, tell);
  } catch (error) {
    fail(error);
  } finally {
    tell({ kind: 'done' });
    parentPort?.off('message', onWish); // lets the thread end
    if (isBroken) process.exit();
  }
}

async function capture(task: ThreadTask, stop: AbortController, tell: (message: ThreadMessage) => void): Promise<void> {
  const { words, bufferSize, fanoutId, limits, ledger } = task;
  const context = createContext();
  const [live] = await liveInterfaces(words, bufferSize, context);
  if (live === undefined) return;
  const fanout = { mode: words.fanout, ...(fanoutId === undefined ? {} : { id: fanoutId }) };
  await using source = openLive(live.interfaceName, { ...live, fanout });
  const shared = { ...limits, ledger: new OutputLedger(ledger) };
  const files = createFiles(words.w ?? '', words, source, context, shared);
  tell({ kind: 'open', fanoutId: source.fanoutId ?? 0, described: source.interfaces[0] });
  const progress = { frames: 0, bytes: 0 };
  let reason: StopReason | undefined;
  const report = (kind: ThreadCounters['kind']): void => {
    files.settle();
    tell({ kind, reason, ...progress, statistics: source.statistics() });
  };
  const timer = setInterval(() => report('counters'), REPORT_INTERVAL);
  const onWish = (wish: ThreadWish): void => {
    if (wish === 'flush') files.flush().catch(() => {}); // what is wrong is said at the end
  };
  parentPort?.on('message', onWish);
  try {
    ({ reason } = await recordAndClose(source, files, {
      signal: stop.signal,
      onProgress: ({ frames, bytes }) => Object.assign(progress, { frames, bytes }),
    }));
  } finally {
    clearInterval(timer);
    parentPort?.off('message', onWish);
    report('end');
  }
}
