/**
 * Ping as a state machine: told the time and what arrived, it says what to send and what to report. No I/O, no clock of
 * its own, so that every situation can be played against a simulated network. @module
 */
import { formatAddress } from '../base/address.ts';
import { isEqualBytes } from '../base/bytes.ts';
import type { ProbeEngine } from '../probe/drive.ts';
import type { ProbeMatch } from '../probe/method.ts';
import { Outbox } from '../probe/outbox.ts';
import { ProbeState, ProbeTable } from '../probe/probe-table.ts';
import type { ArrivalEvent, ErrorQueueEvent, ProbeEvent, ProbeSpec, SendResult } from '../probe/transport.ts';
import type { EchoMethod } from './echo-method.ts';
import type { PingEvent, PingSummary } from './ping-events.ts';
import { destinationOf, type PingOptions, sizeOf, totalOf } from './ping-options.ts';
import { describeError, describeReply } from './ping-reply.ts';
import { PingStatistics } from './ping-statistics.ts';

const DEFAULT_INTERVAL = 1_000;
const DEFAULT_WAIT = 10_000;
const FLOOD_INTERVAL = 10;
/** When the queue of the interface was full: try again after this. */
const FULL_BACKOFF = 2;

export class PingEngine implements ProbeEngine<PingEvent> {
  readonly #options: PingOptions;
  readonly #method: EchoMethod;
  readonly #table = new ProbeTable();
  readonly #outbox: Outbox;
  readonly #statistics = new PingStatistics();
  readonly #interval: number;
  readonly #wait: number;
  readonly #total: number;
  readonly #destination: Uint8Array;
  readonly #target: string;
  readonly #address: string;
  readonly #drops: () => number;
  readonly #retries: number[] = [];
  #events: PingEvent[] = [];
  #startedAt: number | undefined;
  #endedAt = 0;
  #nextSend = 0;
  #oldest = 0;
  #lastSentAt = 0;
  #isStopped = false;
  #isDone = false;

  /**
   * @param drops what the transport lost by itself so far
   * @throws TypeError when there is no address, or one of the wrong family
   */
  constructor(method: EchoMethod, options: PingOptions, drops: () => number = () => 0) {
    this.#options = options;
    this.#drops = drops;
    this.#destination = destinationOf(method.family, options);
    this.#method = method;
    this.#outbox = new Outbox(method);
    this.#interval = options.isFlood === true ? FLOOD_INTERVAL : (options.interval ?? DEFAULT_INTERVAL);
    this.#wait = options.wait ?? DEFAULT_WAIT;
    this.#address = formatAddress(this.#destination);
    this.#target = options.target ?? this.#address;
    this.#total = totalOf(options);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get deadline(): number {
    if (this.#startedAt === undefined || this.#retries.length > 0) return this.#nextSend;
    let next = this.#options.deadline === undefined ? Infinity : this.#startedAt + this.#options.deadline;
    if (this.#canSend) next = Math.min(next, this.#nextSend);
    else next = Math.min(next, this.#lingerEnd);
    if (this.#oldest < this.#table.size) next = Math.min(next, this.#table.sentAt(this.#oldest) + this.#wait);
    return next;
  }

  get #canSend(): boolean {
    return !this.#isStopped && this.#table.size < this.#total;
  }

  /** After the last probe: twice the longest round trip, a second at least, and never longer than an answer may take. */
  get #lingerEnd(): number {
    const enough = this.#statistics.received === 0 ? this.#wait : Math.max(1_000, 2 * this.#statistics.largestTime);
    return this.#lastSentAt + Math.min(this.#wait, enough);
  }

  advance(now: number): void {
    if (this.#isDone) return;
    if (this.#startedAt === undefined) this.#start(now);
    this.#resend(now);
    while (this.#canSend && now >= this.#nextSend && !this.#outbox.isFull) this.#sendNext(now);
    this.#expire(now);
    if (this.#isOver(now)) this.#finish(now);
  }

  #start(now: number): void {
    this.#startedAt = now;
    this.#nextSend = now;
    this.#events.push({
      type: 'start',
      target: this.#target,
      address: this.#address,
      source: this.#options.source,
      family: this.#method.family,
      size: sizeOf(this.#options, this.#method.size, 0),
      lastSize: this.#options.sizes?.to ?? sizeOf(this.#options, this.#method.size, 0),
    });
  }

  #sendNext(now: number): void {
    const index = this.#table.add(0, now);
    this.#write(index);
    this.#lastSentAt = now;
    if (index + 1 < (this.#options.preload ?? 0)) return;
    // Keeps to the beat; after a stall it goes on from now, without a burst to catch up.
    const beat = this.#nextSend + this.#interval;
    this.#nextSend = beat < now ? now + this.#interval : beat;
  }

  #write(index: number): void {
    const draft = {
      index,
      flow: 0,
      destination: this.#destination,
      size: sizeOf(this.#options, this.#method.size, index),
    };
    this.#outbox.add(draft, this.#options.hopLimit ?? 0);
  }

  #resend(now: number): void {
    if (now < this.#nextSend) return;
    while (this.#retries.length > 0 && !this.#outbox.isFull) {
      const index = this.#retries.shift();
      if (index === undefined) return;
      this.#table.setSentAt(index, now, false);
      this.#lastSentAt = now;
      this.#write(index);
    }
  }

  takeOutbox(): readonly ProbeSpec[] {
    return this.#outbox.take();
  }

  onSent(token: number, result: SendResult, now: number): void {
    if (result.status === 'full') {
      this.#retries.push(token);
      this.#nextSend = now + FULL_BACKOFF;
      return;
    }
    this.#statistics.transmitted += 1;
    if (result.status === 'sent') {
      this.#table.setSentAt(token, result.time, false);
      if (this.#options.reportSent === true) this.#events.push({ type: 'sent', sequence: token });
      return;
    }
    this.#table.setState(token, ProbeState.refused);
    this.#statistics.refused += 1;
    this.#events.push({ type: 'refused', sequence: token, errorName: result.errorName, mtu: result.mtu });
  }

  onEvent(event: ProbeEvent): void {
    if (this.#isDone) return;
    if (event.kind === 'transmit') {
      if (this.#table.knows(event.token)) this.#table.setSentAt(event.token, event.time, event.stamp === 'kernel');
      return;
    }
    const match = this.#method.match(event);
    if (match === undefined) return;
    const index = this.#table.resolve(match.index, match.isFullIndex);
    if (index < 0) return;
    if (!match.isChecksumOk) this.#reportStranger(index, event, 'checksum');
    else if (match.kind !== 'reply') this.#onError(index, match, event);
    else if (event.kind === 'arrival') this.#onReply(index, event);
  }

  #reportStranger(index: number, event: ArrivalEvent | ErrorQueueEvent, reason: 'address' | 'checksum'): void {
    this.#statistics.strangers += 1;
    this.#events.push({ type: 'stranger', sequence: index, source: formatAddress(event.source), reason });
  }

  #onReply(index: number, event: ArrivalEvent): void {
    const state = this.#table.state(index);
    if (this.#options.anySource !== true && !isEqualBytes(event.source, this.#destination)) {
      this.#reportStranger(index, event, 'address');
      return;
    }
    const isDuplicate = state === ProbeState.replied || state === ProbeState.late;
    const time = Math.max(0, event.time - this.#table.sentAt(index));
    const isLate = !isDuplicate && (state === ProbeState.expired || time > this.#wait);
    const reply = describeReply(this.#method, event, {
      index,
      time,
      size: sizeOf(this.#options, this.#method.size, index),
      optionsLength: this.#options.optionsLength ?? 0,
      isKernelSent: this.#table.isKernelSent(index),
      isDuplicate,
      isLate,
    });
    const statistics = this.#statistics;
    statistics.addTime(time);
    if (isDuplicate) {
      this.#table.addDuplicate(index);
      statistics.duplicates += 1;
    } else {
      this.#table.setState(index, isLate ? ProbeState.late : ProbeState.replied);
      statistics.received += 1;
      if (isLate) statistics.late += 1;
    }
    if (reply.damage !== undefined) statistics.damaged += 1;
    this.#events.push(reply);
    if (this.#options.stopOnReply === true) this.#isStopped = true;
    if (this.#options.isFlood === true) this.#nextSend = Math.min(this.#nextSend, event.time);
    if (this.#options.isAdaptive === true && !isDuplicate) this.#nextSend = Math.min(this.#nextSend, event.time);
  }

  #onError(index: number, match: ProbeMatch, event: ArrivalEvent | ErrorQueueEvent): void {
    const isFinal = match.kind !== 'redirect' && match.kind !== 'source-quench';
    if (isFinal && this.#table.state(index) === ProbeState.sent) this.#table.setState(index, ProbeState.error);
    this.#statistics.errors += 1;
    this.#events.push(describeError(this.#method.family, index, match, event));
  }

  /** Probes leave in order and wait equally long, so the oldest open one is always the next to expire. */
  #expire(now: number): void {
    while (this.#oldest < this.#table.size) {
      const index = this.#oldest;
      const state = this.#table.state(index);
      const isOpen = state === ProbeState.sent || state === ProbeState.expired;
      if (isOpen && (this.#retries.length > 0 || now < this.#table.sentAt(index) + this.#wait)) return;
      if (state === ProbeState.sent) {
        this.#table.setState(index, ProbeState.expired);
        this.#events.push({ type: 'timeout', sequence: index });
      }
      this.#statistics.lossRuns.add(state === ProbeState.sent || state === ProbeState.error);
      this.#oldest = index + 1;
    }
  }

  #isOver(now: number): boolean {
    const { deadline } = this.#options;
    if (this.#isStopped) return true;
    if (deadline !== undefined && this.#startedAt !== undefined && now >= this.#startedAt + deadline) return true;
    if (this.#canSend || this.#retries.length > 0 || this.#outboxIsWaiting()) return false;
    if (this.#oldest < this.#table.size && now < this.#lingerEnd) return false;
    this.#expire(Infinity); // all had their time: what is still open is lost
    return true;
  }

  #outboxIsWaiting(): boolean {
    return this.#statistics.transmitted + this.#retries.length < this.#table.size;
  }

  stop(now: number): void {
    this.#isStopped = true;
    if (!this.#isDone) this.#finish(now);
  }

  #finish(now: number): void {
    this.#isDone = true;
    this.#endedAt = now;
    this.#events.push(this.summary(now));
  }

  /** The figures as they stand at `now`. */
  summary(now: number): PingSummary {
    const statistics = this.#statistics;
    const pending = this.#countPending(now);
    const settled = statistics.transmitted - pending;
    const lost = Math.max(0, settled - statistics.received);
    return {
      type: 'summary',
      target: this.#target,
      address: this.#address,
      transmitted: statistics.transmitted,
      received: statistics.received,
      duplicates: statistics.duplicates,
      late: statistics.late,
      errors: statistics.errors,
      refused: statistics.refused,
      damaged: statistics.damaged,
      strangers: statistics.strangers,
      pending,
      lossPercent: settled <= 0 ? 0 : (lost * 100) / settled,
      lossRuns: statistics.lossRuns.runs,
      longestLossRun: statistics.lossRuns.longest,
      droppedByUs: this.#drops(),
      duration: this.#startedAt === undefined ? 0 : (this.#isDone ? this.#endedAt : now) - this.#startedAt,
      roundTrip: statistics.roundTrip(),
      histogram: statistics.histogram(),
    };
  }

  /** Open probes that have not had the time that the others' answers took. A probe that nobody answered is lost. */
  #countPending(now: number): number {
    const { received, largestTime } = this.#statistics;
    const patience = received === 0 ? this.#wait : Math.min(this.#wait, 2 * largestTime);
    let pending = 0;
    for (let index = this.#table.size - 1; index >= this.#oldest && this.#table.knows(index); index -= 1) {
      if (this.#table.sentAt(index) + patience <= now) break;
      if (this.#table.state(index) === ProbeState.sent) pending += 1;
    }
    return pending;
  }

  drain(): readonly PingEvent[] {
    if (this.#events.length === 0) return this.#events;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
