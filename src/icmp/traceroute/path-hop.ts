/** One distance on the way: its probes, what they brought, and when the silent ones are given up. @module */
import type { HopAnswer, HopProbe, HopSilence } from './events.ts';

type SlotState = 'waiting' | 'sent' | 'answered' | 'lost' | 'refused';

/** One probe of a hop; sent again at most once. */
export interface Slot {
  readonly hop: number;
  readonly number: number;
  state: SlotState;
  /** Newest probe in the table; -1 before the first. */
  index: number;
  sentAt: number;
  attempts: number;
  /** Payload bytes of the newest probe. */
  size: number;
  /** When a second attempt may leave. */
  notBefore: number;
  answer: HopAnswer | undefined;
  errorName: string | undefined;
  /** Of a refusal for size: the path's MTU. */
  mtu: number | undefined;
}

/** What is known about a hop. */
export class PathHop {
  readonly hop: number;
  readonly slots: Slot[] = [];
  /** Largest round trip seen, in ms; 0 while none was. */
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

  /** Different sources of answers. */
  get responders(): number {
    return new Set(this.slots.flatMap((slot) => (slot.answer === undefined ? [] : [slot.answer.source]))).size;
  }

  get isArrival(): boolean {
    return this.slots.some((slot) => slot.answer?.isArrival === true);
  }

  /** Answers that say "no further": anything but the routers' time exceeded and the target's own. */
  get refusals(): number {
    return this.slots.filter(({ answer }) => answer?.kind === 'unreachable' && !answer.isArrival).length;
  }

  get silence(): HopSilence {
    if (this.slots.some((slot) => slot.answer !== undefined && slot.answer.attempts > 1)) return 'rate-limited';
    return this.slots.some((slot) => slot.state === 'lost') ? 'lost' : 'none';
  }

  /** Payload bytes of the probes that were answered; 0 when none was. */
  get answeredSize(): number {
    return Math.max(0, ...this.slots.map((slot) => (slot.answer === undefined ? 0 : slot.size)));
  }

  probes(): HopProbe[] {
    return this.slots
      .filter((slot) => slot.state !== 'waiting')
      .map((slot) => ({ flow: slot.number, answer: slot.answer, errorName: slot.errorName, mtu: slot.mtu }));
  }
}
