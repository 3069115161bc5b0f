/**
 * Ping as a state machine, without I/O and without a clock, so that tests run it over a simulated network. @module
 */
import type { ArrivalEvent, PingMethod, ProbeMatch, SendResult } from '../../probe/index.ts';
import { ProbeState } from '../../probe/index.ts';
import type { AnswerEvent } from '../answer-finder.ts';
import { RunEngine } from '../run-engine.ts';
import type { PingEvent, PingSummary } from './events.ts';
import { OpenPings } from './open-pings.ts';
import { type PingOptions, sizeOf, totalOf } from './options.ts';
import { PingPace } from './pace.ts';
import { describeError, describeReply, describeStart } from './reply.ts';
import { PingStatistics } from './statistics.ts';

const DEFAULT_WAIT = 10_000;
/** Maximum wait for probes in flight when a run is interrupted. */
const MAX_STOP_WAIT = 1_000;

export class PingEngine extends RunEngine<PingEvent, PingMethod> {
  readonly #options: PingOptions;
  readonly #statistics = new PingStatistics();
  readonly #pace: PingPace;
  readonly #wait: number;
  readonly #open: OpenPings;
  readonly #total: number;
  readonly #retries: number[] = [];
  #endedAt = 0;
  #lastSentAt = 0;
  #isStopped = false;
  /** End of an interrupted run, whose last probes may be in flight. */
  #stopAt = Infinity;

  /**
   * @param drops returns the packets dropped by this machine
   * @throws TypeError for a missing address, or one of the other family
   */
  constructor(method: PingMethod, options: PingOptions, drops: () => number = () => 0) {
    super({ method, options, drops });
    this.#options = options;
    this.#pace = new PingPace(options);
    this.#wait = options.wait ?? DEFAULT_WAIT;
    this.#open = new OpenPings(this.table, this.#wait);
    this.#total = totalOf(options);
  }

  get deadline(): number {
    if (this.startedAt === undefined || this.#retries.length > 0) return this.#pace.next;
    let next = this.#options.deadline === undefined ? Infinity : this.startedAt + this.#options.deadline;
    if (this.#canSend) next = Math.min(next, this.#pace.next);
    else next = Math.min(next, this.#lingerEnd, this.#stopAt);
    return Math.min(next, this.#open.nextExpiry);
  }

  get #canSend(): boolean {
    return !this.#isStopped && this.table.size < this.#total;
  }

  /** End of the wait after the last probe: twice the longest round trip, at least a second, at most the timeout. */
  get #lingerEnd(): number {
    const enough = this.#statistics.received === 0 ? this.#wait : Math.max(1_000, 2 * this.#statistics.maxTime);
    return this.#lastSentAt + Math.min(this.#wait, enough);
  }

  advance(now: number): void {
    if (this.isEnded) return;
    if (this.startedAt === undefined) {
      this.startedAt = now;
      this.#pace.next = now;
      this.events.push(describeStart(this.method, this.target, this.#options));
    }
    this.#resend(now);
    while (this.#canSend && now >= this.#pace.next && !this.outbox.isFull) this.#sendNext(now);
    this.#expire(now);
    if (this.#isOver(now)) this.#finish(now);
  }

  /** Returns the payload bytes of probe `index`. */
  #sizeOf(index: number): number {
    return sizeOf(this.#options, this.method.size, index);
  }

  #sendNext(now: number): void {
    const index = this.table.add(0, now);
    if (this.#options.reportOutstanding === true && index > 0 && this.table.state(index - 1) === ProbeState.sent) {
      this.events.push({ type: 'outstanding', sequence: index - 1 });
    }
    this.#write(index);
    this.#lastSentAt = now;
    this.#pace.onSent(index, now);
  }

  #write(index: number): void {
    const draft = { index, flow: 0, destination: this.target.bytes, size: this.#sizeOf(index) };
    this.outbox.add(draft, this.#options.hopLimit ?? 0);
  }

  #resend(now: number): void {
    if (now < this.#pace.next) return;
    while (this.#retries.length > 0 && !this.outbox.isFull) {
      const index = this.#retries.shift();
      if (index === undefined) return;
      this.table.setSentAt(index, now, false);
      this.#lastSentAt = now;
      this.#write(index);
    }
  }

  onSent(token: number, result: SendResult, now: number): void {
    if (result.status === 'full') {
      this.#retries.push(token);
      this.#pace.backOff(now);
      return;
    }
    this.#statistics.transmitted += 1;
    if (result.status === 'sent') {
      this.table.setSentAt(token, result.time, false);
      if (this.#options.reportSent === true) this.events.push({ type: 'sent', sequence: token });
      return;
    }
    this.table.setState(token, ProbeState.refused);
    this.#statistics.refused += 1;
    this.events.push({ type: 'refused', sequence: token, errorName: result.errorName, mtu: result.mtu });
  }

  protected onMatch(index: number, match: ProbeMatch, event: AnswerEvent): void {
    if (!match.isChecksumOk) this.#reportStranger(index, event, 'checksum');
    else if (match.kind !== 'reply') this.#onError(index, match, event);
    else if (event.kind === 'arrival') this.#onReply(index, event);
  }

  #reportStranger(index: number, event: AnswerEvent, reason: 'address' | 'checksum'): void {
    this.#statistics.strangers += 1;
    this.events.push({ type: 'stranger', sequence: index, source: this.target.textOf(event.source), reason });
  }

  #onReply(index: number, event: ArrivalEvent): void {
    const state = this.table.state(index);
    if (this.#options.anySource !== true && !this.target.isEqual(event.source)) {
      this.#reportStranger(index, event, 'address');
      return;
    }
    const isDuplicate = state === ProbeState.replied || state === ProbeState.late;
    const time = this.finder.timeOf(index, event);
    const isLate = !isDuplicate && (state === ProbeState.expired || time > this.#wait);
    const reply = describeReply(this.method, event, {
      index,
      time,
      source: this.target.textOf(event.source),
      size: this.#sizeOf(index),
      optionsLength: this.#options.optionsLength ?? 0,
      timestampSource: this.finder.sourceOf(index, event),
      isDuplicate,
      isLate,
    });
    if (isDuplicate) this.table.addDuplicate(index);
    else this.table.setState(index, isLate ? ProbeState.late : ProbeState.replied);
    this.#statistics.addReply(reply);
    this.events.push(reply);
    if (this.#options.stopOnReply === true) {
      this.#isStopped = true;
      this.#stopAt = event.time;
    }
    this.#pace.onReply(event.time, isDuplicate);
  }

  #onError(index: number, match: ProbeMatch, event: AnswerEvent): void {
    const isFinal = match.kind !== 'redirect' && match.kind !== 'source-quench';
    if (isFinal && this.table.state(index) === ProbeState.sent) this.table.setState(index, ProbeState.error);
    this.#statistics.errors += 1;
    const source = this.target.textOf(event.source);
    this.events.push(describeError({ family: this.method.family, index, source }, match, event));
  }

  #expire(now: number): void {
    // A probe that waits for the send queue was not sent, so no timeout has started.
    this.#open.expire(this.#retries.length > 0 ? Number.NEGATIVE_INFINITY : now, (index, state) => {
      const isGivenUp = state === ProbeState.sent;
      // All but the newest were reported when the next one was sent.
      if (isGivenUp && this.#options.reportOutstanding === true && index === this.table.size - 1) {
        this.events.push({ type: 'outstanding', sequence: index });
      }
      if (isGivenUp) this.events.push({ type: 'timeout', sequence: index });
      this.#statistics.lossRuns.add(isGivenUp || state === ProbeState.error);
    });
  }

  #isOver(now: number): boolean {
    const { deadline } = this.#options;
    if (this.#isStopped && (now >= this.#stopAt || this.#inFlight(now) === 0)) return true;
    if (deadline !== undefined && this.startedAt !== undefined && now >= this.startedAt + deadline) return true;
    if (this.#canSend || this.#statistics.transmitted < this.table.size) return false; // some are not sent yet
    if (this.#open.isAny && now < this.#lingerEnd) return false;
    this.#expire(Infinity); // the remaining probes are lost
    return true;
  }

  /** Ends the run when the probes in flight have a reply, or are older than the longest round trip, up to a second. */
  stop(now: number): void {
    if (this.isEnded) return;
    this.#isStopped = true;
    const patience = Math.min(MAX_STOP_WAIT, this.#statistics.received === 0 ? 0 : this.#statistics.maxTime);
    this.#stopAt = Math.max(now, this.#lastSentAt + patience);
    if (now >= this.#stopAt || this.#inFlight(now) === 0) this.#finish(now);
  }

  /** Returns the number of probes that may still get a reply. */
  #inFlight(now: number): number {
    return this.#open.count(now, this.#statistics.patience(this.#wait));
  }

  #finish(now: number): void {
    this.isEnded = true;
    this.#endedAt = now;
    this.events.push(this.summary(now));
  }

  /** Returns the figures at `now`. */
  summary(now: number): PingSummary {
    return this.#statistics.summary({
      target: this.target.name,
      address: this.target.address,
      pending: this.#inFlight(now),
      droppedByUs: this.drops(),
      duration: this.startedAt === undefined ? 0 : (this.isEnded ? this.#endedAt : now) - this.startedAt,
    });
  }
}
