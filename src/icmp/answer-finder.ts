/** Finds the probe that an event belongs to. @module */
import type {
  ArrivalEvent,
  ErrorQueueEvent,
  ProbeMatch,
  ProbeMethod,
  ProbeTable,
  TimestampSource,
  TransmitEvent,
} from '../probe/index.ts';

/** A reply or an error. */
export type AnswerEvent = ArrivalEvent | ErrorQueueEvent;

/** Matches the events of one run. */
export class AnswerFinder {
  readonly #method: ProbeMethod;
  readonly #table: ProbeTable;
  /** Probe of the last match. */
  index = -1;

  constructor(method: ProbeMethod, table: ProbeTable) {
    this.#method = method;
    this.#table = table;
  }

  /** Stores a transmit timestamp. */
  noteSent(event: TransmitEvent): void {
    if (this.#table.knows(event.token)) this.#table.setSentAt(event.token, event.time, event.stamp === 'kernel');
  }

  /** Returns undefined if the event belongs to no known probe. */
  match(event: AnswerEvent): ProbeMatch | undefined {
    const match = this.#method.match(event);
    if (match === undefined) return undefined;
    this.index = this.#table.resolve(match.index, match.isFullIndex);
    return this.index < 0 ? undefined : match;
  }

  /** Returns the round trip time of a reply to probe `index`, in milliseconds. */
  timeOf(index: number, event: AnswerEvent): number {
    return Math.max(0, event.time - this.#table.sentAt(index));
  }

  /** Returns the sources of the two timestamps of that time. */
  sourceOf(index: number, event: AnswerEvent): TimestampSource {
    if (event.stamp === 'user') return 'user';
    return this.#table.isKernelSent(index) ? 'kernel-both' : 'kernel-rx';
  }
}
