/** A thread of `tapline capture --threads`, with its own socket, ring, filter and file. @module */
import { parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../base/defined.ts';
import { messageOf, StackError } from '../../base/errors.ts';
import { openLive } from '../../capture/index.ts';
import { OutputLedger, type StopReason } from '../../session/index.ts';
import { prepareReturn } from '../../sys/credentials.ts';
import { confineThread, type ThreadRights } from '../confinement/thread-rights.ts';
import { createContext } from '../context.ts';
import { createFiles, recordAndClose } from './capture-output.ts';
import { liveInterfaces } from './capture-source.ts';
import type { ThreadCounters, ThreadMessage, ThreadRequest, ThreadTask } from './thread-messages.ts';

/** Milliseconds between reports. */
const REPORT_INTERVAL = 200;

/** Runs the task in `workerData`. */
export async function runCaptureThread(): Promise<void> {
  const stop = new AbortController();
  const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);
  const onRequest = (request: ThreadRequest): void => {
    if (request === 'end') stop.abort();
  };
  const task = workerData as ThreadTask;
  const fail = (error: unknown): void => {
    const isOurs = error instanceof StackError;
    const message = isOurs ? error.toText() : `the thread that wrote ${task.output.path} failed: ${messageOf(error)}`;
    tell({ kind: 'failed', code: isOurs ? error.code : 'THREAD', message });
  };
  // After an error that nothing handled, the frames captured so far are written first. Then the thread exits at once.
  let isBroken = false;
  process.on('uncaughtException', (error) => {
    if (!isBroken) fail(error);
    isBroken = true;
    stop.abort();
  });
  parentPort?.on('message', onRequest);
  try {
    await capture(task, stop, tell);
  } catch (error) {
    fail(error);
  } finally {
    tell({ kind: 'done' });
    parentPort?.off('message', onRequest); // lets the thread end
    if (isBroken) process.exit();
  }
}

async function capture(task: ThreadTask, stop: AbortController, tell: (message: ThreadMessage) => void): Promise<void> {
  const { command, output, fanoutId, limits, ledger, returnsWith } = task;
  const context = createContext();
  const [live] = await liveInterfaces(command, context);
  if (live === undefined) return;
  const fanout = { mode: task.fanout, ...defined({ id: fanoutId }) };
  await using source = openLive(live.interfaceName, { ...live, fanout });
  if (returnsWith !== undefined) prepareReturn(returnsWith);
  const permission = rightsToWrite(stop.signal);
  tell({ kind: 'open', fanoutId: source.fanoutId ?? 0, described: source.interfaces[0] });
  const rights = await permission;
  if (rights === undefined) return;
  confineThread(rights);
  const shared = { ...limits, ledger: new OutputLedger(ledger) };
  const files = createFiles(output, source, context, shared);
  tell({ kind: 'writing' });
  const progress = { frames: 0, bytes: 0 };
  let reason: StopReason | undefined;
  const report = (kind: ThreadCounters['kind']): void => {
    files.settle();
    tell({ kind, reason, ...progress, statistics: source.statistics() });
  };
  const timer = setInterval(() => report('counters'), REPORT_INTERVAL);
  const onRequest = (request: ThreadRequest): void => {
    if (request === 'flush') files.flush().catch(() => {}); // errors are reported at the end
  };
  parentPort?.on('message', onRequest);
  try {
    ({ reason } = await recordAndClose(source, files, {
      signal: stop.signal,
      onProgress: ({ frames, bytes }) => Object.assign(progress, { frames, bytes }),
    }));
  } finally {
    clearInterval(timer);
    parentPort?.off('message', onRequest);
    report('end');
  }
}

/** Resolves when the main thread requests to write; to undefined if it ends the thread first. */
function rightsToWrite(ended: AbortSignal): Promise<ThreadRights | undefined> {
  return new Promise((resolve) => {
    const onRequest = (request: ThreadRequest): void => {
      if (typeof request === 'object') finish(request.rights);
    };
    const onEnd = (): void => finish(undefined);
    const finish = (rights: ThreadRights | undefined): void => {
      parentPort?.off('message', onRequest);
      ended.removeEventListener('abort', onEnd);
      resolve(rights);
    };
    parentPort?.on('message', onRequest);
    ended.addEventListener('abort', onEnd);
    if (ended.aborted) onEnd();
  });
}
