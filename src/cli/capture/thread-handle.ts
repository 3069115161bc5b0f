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
  /** Resolves when the socket of the thread is open. */
  readonly opened: Promise<Opened>;
  /** Resolves when its file is open, after the request to write. */
  readonly writing: Promise<void>;
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
        else if (message.kind === 'counters' || message.kind === 'end') {
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
    this.opened = this.#message('open');
    this.writing = this.#message('writing').then(() => {});
    for (const promise of [this.opened, this.writing, this.ended]) promise.catch(() => {}); // handled where it is awaited
  }

  #message<Kind extends ThreadMessage['kind']>(kind: Kind): Promise<Extract<ThreadMessage, { readonly kind: Kind }>> {
    return new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.kind === kind) resolve(message as Extract<ThreadMessage, { readonly kind: Kind }>);
      });
      this.ended.then(
        () => reject(new StackError('THREAD', `the thread that writes ${this.file} ended before it captured`)),
        reject,
      );
    });
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
