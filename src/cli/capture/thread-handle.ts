/** One thread of `tapline capture --threads`, as the main thread sees it: what it has told, and how it ended. @module */
import type { Worker } from 'node:worker_threads';
import { messageOf, StackError } from '../../base/errors.ts';
import type { StopReason } from '../../session/index.ts';
import type { ThreadCounters, ThreadMessage, ThreadWish } from './thread-messages.ts';

type Opened = Extract<ThreadMessage, { readonly kind: 'open' }>;

const NOTHING: ThreadCounters = {
  kind: 'counters',
  frames: 0,
  bytes: 0,
  statistics: { received: 0, accepted: 0, dropped: 0, freezes: 0 },
};

export class ThreadHandle {
  readonly file: string;
  /** Resolves when it captures. */
  readonly opened: Promise<Opened>;
  /** Resolves, with why, when its file is whole and closed; rejects with what it failed with. */
  readonly ended: Promise<StopReason | undefined>;
  readonly #worker: Worker;
  /** The latest that it has told. */
  counters = NOTHING;

  /** @param worker that writes `file`, begun just now */
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
        failure = new StackError('THREAD', `${breakdown(file)}: ${messageOf(cause)}; ${WHAT_IS_LEFT}`, { cause });
      });
      worker.once('exit', () => {
        const hasEnded = this.counters.kind === 'end';
        failure ??= hasEnded
          ? undefined
          : new StackError('THREAD', `${breakdown(file)} without a word; ${WHAT_IS_LEFT}`);
        settle();
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
  tell(wish: ThreadWish): void {
    this.#worker.postMessage(wish);
  }
}

/** Of a thread that had no time to close its file. */
const WHAT_IS_LEFT = 'its file has what had reached the disk, and may end inside a frame';

function breakdown(file: string): string {
  return `the thread that wrote ${file} broke down`;
}
