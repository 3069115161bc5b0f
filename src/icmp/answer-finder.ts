/** Which probe an event is about: what all engines do first with all that comes in. @module */
import type {
  ArrivalEvent,
  ErrorQueueEvent,
  ProbeMatch,
  ProbeMethod,
  ProbeTable,
  TimestampSource,
  TransmitEvent,
} from '../probe/index.ts';

/** An event that brought an answer, or an error. */
export type AnswerEvent = ArrivalEvent | ErrorQueueEvent;

/** Of one run. */
export class AnswerFinder {
  readonly #method: ProbeMethod;
  readonly #table: ProbeTable;
  /** The probe that the last match was about. */
  index = -1;

  constructor(method: ProbeMethod, table: ProbeTable) {
    this.#method = method;
    this.#table = table;
  }

  /** A probe left at a time that is known better now. */
  noteSent(event: TransmitEvent): void {
    if (this.#table.knows(event.token)) this.#table.setSentAt(event.token, event.time, event.stamp === 'kernel');
  }

  /** Undefined: no answer to a probe of ours that is still known. */
  match(event: AnswerEvent): ProbeMatch | undefined {
    const match = this.#method.match(event);
    if (match === undefined) return undefined;
    this.index = this.#table.resolve(match.index, match.isFullIndex);
    return this.index < 0 ? undefined : match;
  }

  /** Round trip of an answer to probe `index`, milliseconds. */
  timeOf(index: number, event: AnswerEvent): number {
    return Math.max(0, event.time - this.#table.sentAt(index));
  }

  /** How well that time is known. */
  sourceOf(index: number, event: AnswerEvent): TimestampSource {
    if (event.stamp === 'user') return 'user';
    return this.#table.isKernelSent(index) ? 'kernel-both' : 'kernel-rx';
  }
}
