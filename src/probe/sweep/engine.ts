/**
 * A sweep as a state machine: one probe to each address, at a limited rate, and further ones to silent addresses. Memory
 * is used only for addresses that replied or have a probe in flight, so a /8 fits. @module
 */
import { formatAddress } from '../../base/address.ts';
import { isEqualBytes } from '../../base/bytes.ts';
import { RunningStats } from '../../base/statistics.ts';
import type { ProbeEngine } from '../drive.ts';
import { EventList } from '../event-list.ts';
import type { ProbeMatch, ProbeMethod } from '../method.ts';
import { NumberSet } from '../number-set.ts';
import { Outbox } from '../outbox.ts';
import { ProbeState, ProbeTable } from '../probe-table.ts';
import { SendWindow } from '../send-window.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { ArrivalEvent, ErrorQueueEvent, ProbeEvent, ProbeSpec, SendResult } from '../transport.ts';
import type { SweepEvent, SweepOptions, SweepSummary, SweepUnreachable } from './events.ts';
import { SweepTally } from './tally.ts';

const FULL_BACKOFF = 1;
/** A late reply matches as long as its probe is in the table. */
const TABLE_CAPACITY = 0x4_0000;
/** Milliseconds of the rate that the token bucket saves up. */
const CATCH_UP = 10;
/** Milliseconds between groups of probes: an event loop that waits less than a millisecond does not sleep. */
const GROUP_INTERVAL = 2;

export class SweepEngine implements ProbeEngine<SweepEvent> {
  readonly #options: SweepOptions;
  readonly #method: ProbeMethod;
  readonly #drops: () => number;
  readonly #table = new ProbeTable(TABLE_CAPACITY);
  readonly #window = new SendWindow(this.#table);
  readonly #outbox: Outbox;
  /** TCP ports of each address; empty for ICMP. */
  readonly #portNumbers: readonly number[];
  readonly #ports: number;
  readonly #total: number;
  readonly #wait: number;
  readonly #settled = new NumberSet();
  readonly #times = new RunningStats();
  /** Address of the current unit. A unit is an address, or an address with a port. */
  readonly #addressBytes: Uint8Array;
  #bucket: TokenBucket | undefined;
  /** Probes per group. */
  #group = 1;
  /** Units to send before new ones: the send queue was full, or this is a later pass. */
  #again: number[] = [];
  /** Units without a reply in this pass. */
  #silentUnits: number[] = [];
  #pass = 0;
  #next = 0;
  #oldest = 0;
  #notBefore = 0;
  #startedAt: number | undefined;
  #transmitted = 0;
  readonly #tally = new SweepTally();
  readonly #portCounts = { open: 0, closed: 0, filtered: 0 };
  #duplicates = 0;
  #late = 0;
  #isDone = false;
  readonly #events = new EventList<SweepEvent>();

  constructor(method: ProbeMethod, options: SweepOptions, drops: () => number = () => 0) {
    this.#options = options;
    this.#method = method;
    this.#drops = drops;
    this.#outbox = new Outbox(method);
    this.#portNumbers = options.ports ?? [];
    this.#ports = Math.max(1, this.#portNumbers.length);
    this.#total = options.targets.size * this.#ports;
    this.#wait = options.wait ?? 1_000;
    this.#addressBytes = new Uint8Array(options.targets.family === 4 ? 4 : 16);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Share of the first pass that was sent, 0 to 1. */
  get progress(): number {
    return this.#total === 0 ? 1 : this.#next / this.#total;
  }

  get deadline(): number {
    if (this.#startedAt === undefined) return this.#notBefore;
    const expiry = this.#oldest < this.#table.size ? this.#table.sentAt(this.#oldest) + this.#wait : Infinity;
    if (!this.#hasMore) return expiry;
    return Math.min(expiry, Math.max(this.#notBefore, this.#window.opensAt(this.#notBefore)));
  }

  /** True if units of this pass remain to be sent. */
  get #hasMore(): boolean {
    return this.#next < this.#total || this.#again.length > 0;
  }

  advance(now: number): void {
    if (this.#isDone) return;
    if (this.#startedAt === undefined) this.#start(now);
    this.#expire(now);
    while (this.#hasMore && now >= this.#notBefore && !this.#outbox.isFull) {
      if (this.#window.opensAt(now) > now) break;
      if (this.#bucket?.take(now) === false) {
        this.#notBefore = this.#bucket.nextAt(now, this.#group);
        break;
      }
      this.#send(this.#again.pop() ?? this.#takeNext(), now);
    }
    if (!this.#hasMore && this.#window.open === 0) this.#endPass(now);
  }

  #takeNext(): number {
    this.#next += 1;
    return this.#next - 1;
  }

  #start(now: number): void {
    this.#startedAt = now;
    this.#notBefore = now;
    const rate = this.#options.rate ?? 10_000;
    if (rate <= 0) return;
    this.#bucket = new TokenBucket(rate, Math.max(1, (rate * CATCH_UP) / 1_000), now);
    this.#group = Math.min(Math.max(1, Math.floor((rate * GROUP_INTERVAL) / 1_000)), this.#total);
  }

  #send(unit: number, now: number): void {
    const index = this.#table.add(unit, now);
    this.#window.opened();
    this.#outbox.add({ index, flow: unit % this.#ports, destination: this.#addressOf(unit) });
  }

  takeOutbox(): readonly ProbeSpec[] {
    return this.#outbox.take();
  }

  onSent(token: number, result: SendResult, now: number): void {
    if (result.status === 'sent') {
      this.#transmitted += 1;
      this.#table.setSentAt(token, result.time, false);
      return;
    }
    const unit = this.#table.owner(token);
    this.#close(token, ProbeState.refused);
    if (result.status === 'full') {
      this.#again.push(unit);
      this.#notBefore = now + FULL_BACKOFF;
      return;
    }
    if (this.#settle(unit))
      this.#addUnreachable(unit, { by: undefined, kind: undefined, code: 0, errorName: result.errorName });
  }

  #addUnreachable(unit: number, cause: Pick<SweepUnreachable, 'by' | 'kind' | 'code' | 'errorName'>): void {
    this.#tally.add(this.#targetOf(unit), 'unreachable');
    this.#portCounts.filtered += 1;
    this.#events.push({ type: 'unreachable', address: this.#address(unit), portNumber: this.#portOf(unit), ...cause });
  }

  #close(index: number, state: ProbeState): void {
    if (this.#table.state(index) === ProbeState.sent) this.#window.closed(index);
    this.#table.setState(index, state);
  }

  /** Marks a unit as settled. @returns false if it was before */
  #settle(unit: number): boolean {
    return this.#settled.add(unit);
  }

  #targetOf(unit: number): number {
    return Math.floor(unit / this.#ports);
  }

  #portOf(unit: number): number | undefined {
    return this.#portNumbers[unit % this.#ports];
  }

  #address(unit: number): string {
    return formatAddress(this.#addressOf(unit));
  }

  /** Borrowed: valid until the next call. */
  #addressOf(unit: number): Uint8Array {
    return this.#options.targets.copyTo(this.#targetOf(unit), this.#addressBytes);
  }

  onEvent(event: ProbeEvent): void {
    if (this.#isDone) return;
    if (event.kind === 'transmit') {
      if (this.#table.knows(event.token)) this.#table.setSentAt(event.token, event.time, event.stamp === 'kernel');
      return;
    }
    const match = this.#method.match(event);
    if (match === undefined || !match.isChecksumOk) return;
    const index = this.#table.resolve(match.index, match.isFullIndex);
    if (index < 0) return;
    if (match.kind === 'reply' || match.isArrival) this.#onReply(index, match, event);
    else if (match.kind !== 'redirect' && match.kind !== 'source-quench') this.#onError(index, match, event);
  }

  #onReply(index: number, match: ProbeMatch, event: ArrivalEvent | ErrorQueueEvent): void {
    const unit = this.#table.owner(index);
    const address = this.#addressOf(unit);
    if (!isEqualBytes(event.source, address)) return;
    const isLate = this.#table.state(index) === ProbeState.expired;
    this.#close(index, ProbeState.replied);
    if (!this.#settle(unit)) {
      if (isLate) this.#late += 1;
      else this.#duplicates += 1;
      return;
    }
    const time = Math.max(0, event.time - this.#table.sentAt(index));
    this.#times.add(time);
    this.#window.answered(time);
    if (match.port !== undefined) this.#portCounts[match.port] += 1;
    this.#events.push({
      type: 'alive',
      address: formatAddress(address),
      isFirst: this.#tally.add(this.#targetOf(unit), 'alive'),
      time,
      hopLimit: event.kind === 'arrival' ? event.hopLimit : undefined,
      portNumber: match.portNumber,
      port: match.port,
    });
  }

  #onError(index: number, match: ProbeMatch, event: ArrivalEvent | ErrorQueueEvent): void {
    const unit = this.#table.owner(index);
    const isLate = this.#table.state(index) === ProbeState.expired;
    this.#close(index, ProbeState.error);
    const { kind, code } = match;
    if (this.#settle(unit)) {
      this.#addUnreachable(unit, { by: formatAddress(event.source), kind, code, errorName: undefined });
    } else if (isLate) this.#late += 1;
  }

  #expire(now: number): void {
    while (this.#oldest < this.#table.size) {
      const index = this.#oldest;
      if (this.#table.state(index) === ProbeState.sent) {
        if (now < this.#table.sentAt(index) + this.#wait) return;
        this.#close(index, ProbeState.expired);
        const unit = this.#table.owner(index);
        if (!this.#settled.has(unit)) this.#giveUp(unit);
      }
      this.#oldest = index + 1;
    }
  }

  /** Ends a pass for a unit, or with the last pass the unit: what arrives later is counted only. */
  #giveUp(unit: number): void {
    if (this.#pass < (this.#options.retries ?? 1)) {
      this.#silentUnits.push(unit);
      return;
    }
    this.#settle(unit);
    this.#tally.add(this.#targetOf(unit), 'silent');
    this.#portCounts.filtered += 1;
    if (this.#options.reportSilent !== true) return;
    this.#events.push({ type: 'silent', address: this.#address(unit), portNumber: this.#portOf(unit) });
  }

  #endPass(now: number): void {
    if (this.#silentUnits.length === 0) {
      this.#finish(now);
      return;
    }
    this.#pass += 1;
    this.#again = this.#silentUnits.filter((unit) => !this.#settled.has(unit)).reverse();
    this.#silentUnits = [];
    if (this.#again.length === 0) this.#finish(now);
  }

  stop(now: number): void {
    if (!this.#isDone) this.#finish(now);
  }

  #finish(now: number): void {
    this.#isDone = true;
    this.#events.push(this.summary(now));
  }

  /** Returns the counts so far. */
  summary(now: number): SweepSummary {
    const { count, min, mean, max } = this.#times;
    return {
      type: 'summary',
      targets: this.#options.targets.size,
      transmitted: this.#transmitted,
      ...this.#tally.addresses,
      ports: this.#portNumbers.length === 0 ? undefined : { ...this.#portCounts },
      duplicates: this.#duplicates,
      late: this.#late,
      droppedByUs: this.#drops(),
      duration: this.#startedAt === undefined ? 0 : now - this.#startedAt,
      roundTrip: count === 0 ? undefined : { min, mean, max },
    };
  }

  drain(): readonly SweepEvent[] {
    return this.#events.drain();
  }
}
