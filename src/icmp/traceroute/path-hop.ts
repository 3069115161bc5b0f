/** One hop of a path: its probes and their replies. @module */
import type { HopAnswer, HopProbe, HopSilence } from './events.ts';

type SlotState = 'waiting' | 'sent' | 'answered' | 'lost' | 'refused';

/** One probe of a hop, sent at most twice. */
export interface Slot {
  readonly hop: number;
  readonly number: number;
  state: SlotState;
  /** Index of the latest attempt in the table; -1 before the first. */
  index: number;
  sentAt: number;
  attempts: number;
  /** Payload bytes of the latest attempt. */
  size: number;
  /** Earliest time of the next attempt. */
  notBefore: number;
  answer: HopAnswer | undefined;
  errorName: string | undefined;
  /** Path MTU, if the probe was refused for its size. */
  mtu: number | undefined;
}

/** The state of a hop. */
export class PathHop {
  readonly hop: number;
  readonly slots: Slot[] = [];
  /** Longest round trip, in ms; 0 without a reply. */
  maxTime = 0;
  lastSentAt = Number.NEGATIVE_INFINITY;

  constructor(hop: number, probes: number) {
    this.hop = hop;
    while (this.slots.length < probes) this.addSlot();
  }

  addSlot(): void {
    this.slots.push({
      hop: this.hop,
      number: this.slots.length,
      state: 'waiting',
      index: -1,
      sentAt: 0,
      attempts: 0,
      size: 0,
      notBefore: Number.NEGATIVE_INFINITY,
      answer: undefined,
      errorName: undefined,
      mtu: undefined,
    });
  }

  get isSettled(): boolean {
    return this.slots.every((slot) => slot.state !== 'waiting' && slot.state !== 'sent');
  }

  get hasAnswer(): boolean {
    return this.slots.some((slot) => slot.answer !== undefined);
  }

  /** Number of addresses that replied. */
  get responders(): number {
    return new Set(this.slots.flatMap((slot) => (slot.answer === undefined ? [] : [slot.answer.source]))).size;
  }

  get isArrival(): boolean {
    return this.slots.some((slot) => slot.answer?.isArrival === true);
  }

  /** Number of "unreachable" replies that are not from the target. */
  get refusals(): number {
    return this.slots.filter(({ answer }) => answer?.kind === 'unreachable' && !answer.isArrival).length;
  }

  get silence(): HopSilence {
    if (this.slots.some((slot) => slot.answer !== undefined && slot.answer.attempts > 1)) return 'rate-limited';
    return this.slots.some((slot) => slot.state === 'lost') ? 'lost' : 'none';
  }

  /** Payload bytes of the largest probe with a reply; 0 without one. */
  get answeredSize(): number {
    return Math.max(0, ...this.slots.map((slot) => (slot.answer === undefined ? 0 : slot.size)));
  }

  probes(): HopProbe[] {
    return this.slots
      .filter((slot) => slot.state !== 'waiting')
      .map((slot) => ({ flow: slot.number, answer: slot.answer, errorName: slot.errorName, mtu: slot.mtu }));
  }
}
