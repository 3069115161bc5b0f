/** A thread of `tapline capture --threads` as the main thread sees it: its latest counters, and how it ended. @module */
import type { Worker } from 'node:worker_threads';
import { messageOf, StackError } from '../../base/errors.ts';
import type { StopReason } from '../../session/index.ts';
import type { ThreadCounters, ThreadMessage, ThreadRequest } from './thread-messages.ts';

type Opened = Extract<ThreadMessage, { readonly kind: 'open' }>;

const NOTHING: ThreadCounters = {
  kind: 'counters',
  frames: 0,
  bytes: 0,
  statistics: { received: 0, accepted: 0, dropped: 0, freezes: 0 },
};

export class ThreadHandle {
  readonly file: string;
  /** Resolves when the thread captures. */
  readonly opened: Promise<Opened>;
  /** Resolves with the reason when the file is closed; rejects with the error of the thread. */
  readonly ended: Promise<StopReason | undefined>;
  readonly #worker: Worker;
  /** The latest counters. */
  counters = NOTHING;

  /** @param worker the thread that writes `file`, just started */
  constructor(worker: Worker, file: string, onCounters: () => void) {
    this.file = file;
    this.#worker = worker;
    let failure: Error | undefined;
    this.ended = new Promise((resolve, reject) => {
      const settle = (): void => {
        if (failure === undefined) resolve(this.counters.reason);
        else reject(failure);
      };
      worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'failed') failure = new StackError(message.code, message.message);
        else if (message.kind === 'done') settle();
        else if (message.kind !== 'open') {
          this.counters = message;
          onCounters();
        }
      });
      worker.once('error', (cause) => {
        failure = new StackError('THREAD', `${failureOf(file)}: ${messageOf(cause)}; ${FILE_STATE}`, { cause });
      });
      worker.once('exit', () => {
        const hasEnded = this.counters.kind === 'end';
        failure ??= hasEnded
          ? undefined
          : new StackError('THREAD', `${failureOf(file)} without an error; ${FILE_STATE}`);
        settle();
      });
    });
    this.opened = new Promise((resolve, reject) => {
      worker.on('message', (message: ThreadMessage) => {
        if (message.kind === 'open') resolve(message);
      });
      this.ended.then(
        () => reject(new StackError('THREAD', `the thread that writes ${file} ended before it captured`)),
        reject,
      );
    });
    this.opened.catch(() => {}); // handled by those who await it
    this.ended.catch(() => {});
  }

  request(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }
}

/** Of a thread that could not close its file. */
const FILE_STATE = 'its file contains what had reached the disk, and may end inside a frame';

function failureOf(file: string): string {
  return `the thread that wrote ${file} failed`;
}
