/**
 * Path monitoring (mtr) as a state machine: one probe to each hop per round, all on one flow. The later hops of a round
 * classify a loss: if one of them replied, the probe got through, and the hop itself did not reply. @module
 */
import type { ProbeMatch, ProbeMethod, SendResult } from '../../probe/index.ts';
import { ProbeState } from '../../probe/index.ts';
import type { AnswerEvent } from '../answer-finder.ts';
import { extensionsOf, isHopAnswer } from '../hop-answer.ts';
import { IP_HEADER } from '../probe-target.ts';
import { RunEngine } from '../run-engine.ts';
import type { MonitorEvent, MonitorOptions } from './events.ts';
import type { MonitorHop } from './hop.ts';
import { MonitorPath } from './path.ts';
import { MonitorRound } from './round.ts';

/** The owner of a probe in the table is its round and its hop: 24 bits and 8. */
const HOP_RANGE = 0x100;
const DEFAULT_MAX_HOPS = 30;
const MAX_ROUNDS = 0x100_0000;
const REMEMBERED_PROBES = 0x1_0000;
const FULL_BACKOFF = 2;
const LAST_WAIT_FACTOR = 3;
const MIN_WAIT = 200;

export class MonitorEngine extends RunEngine<MonitorEvent> {
  readonly #options: MonitorOptions;
  readonly #path: MonitorPath;
  readonly #rounds: MonitorRound[] = [];
  readonly #interval: number;
  readonly #wait: number;
  readonly #firstHop: number;
  #roundCount = 0;
  #slowest = 0;
  #nextSend = 0;
  #nextRound = 0;

  /** @throws TypeError for a missing address, or one of the other family */
  constructor(method: ProbeMethod, options: MonitorOptions, drops: () => number = () => 0) {
    super({ method, options, drops, capacity: REMEMBERED_PROBES });
    this.#options = options;
    this.#interval = options.interval ?? 1_000;
    this.#wait = options.wait ?? 5_000;
    this.#firstHop = options.firstHop ?? 1;
    this.#path = new MonitorPath(this.#firstHop);
  }

  get deadline(): number {
    if (this.startedAt === undefined) return 0;
    const sending = this.#sendingRound();
    let next = sending !== undefined ? this.#nextSend : this.#canStart ? this.#nextRound : Infinity;
    const oldest = this.#rounds[0];
    if (oldest !== undefined) next = Math.min(next, this.#roundEnd(oldest));
    return next;
  }

  get #canStart(): boolean {
    return this.#roundCount < (this.#options.count ?? Infinity);
  }

  #sendingRound(): MonitorRound | undefined {
    const newest = this.#rounds.at(-1);
    return newest !== undefined && newest.nextHop <= this.#limitOf(newest) ? newest : undefined;
  }

  /** A round that finds the target earlier than expected stops there. */
  #limitOf(round: MonitorRound): number {
    return Math.min(round.limit, this.#path.targetHop ?? round.limit);
  }

  advance(now: number): void {
    if (this.isEnded) return;
    if (this.startedAt === undefined) this.#start(now);
    if (this.#canStart && now >= this.#nextRound && this.#sendingRound() === undefined) this.#startRound(now);
    while (now >= this.#nextSend && !this.outbox.isFull) {
      const round = this.#sendingRound();
      if (round === undefined) break;
      this.#sendProbe(round, now);
    }
    this.#settleRounds(now);
    if (!this.#canStart && this.#rounds.length === 0) this.#finish(now);
  }

  #start(now: number): void {
    this.startedAt = now;
    this.#nextRound = now;
    this.events.push({
      type: 'start',
      target: this.target.name,
      address: this.target.address,
      family: this.method.family,
      packetLength: IP_HEADER[this.method.family] + this.method.length,
    });
  }

  #startRound(now: number): void {
    const { maxHops = DEFAULT_MAX_HOPS, unknownHops = Infinity } = this.#options;
    const known = Math.max(this.#path.furthest, this.#firstHop - 1);
    const limit = this.#path.targetHop ?? Math.min(maxHops, known + unknownHops);
    this.#roundCount += 1;
    const hops = { first: this.#firstHop, last: limit };
    this.#rounds.push(new MonitorRound(this.#roundCount, now, hops, this.table));
    const beat = this.#nextRound + this.#interval;
    this.#nextRound = beat < now ? now + this.#interval : beat;
    this.#nextSend = now;
  }

  #sendProbe(round: MonitorRound, now: number): void {
    const number = round.nextHop;
    round.nextHop += 1;
    const hop = this.#path.record(number);
    const { giveUpAfter = 0 } = this.#options;
    if (giveUpAfter > 0 && !hop.isKnown && round.number > giveUpAfter && number < this.#path.furthest) return;
    const index = this.table.add((round.number % MAX_ROUNDS) * HOP_RANGE + number, now);
    round.add(number, index);
    this.outbox.add({ index, flow: 0, destination: this.target.bytes }, number);
    // Spread over half the interval, so that no router gets a burst.
    this.#nextSend = now + this.#interval / (2 * Math.max(1, round.limit));
  }

  onSent(token: number, result: SendResult, now: number): void {
    const hop = this.table.owner(token) % HOP_RANGE;
    if (result.status === 'sent') {
      this.table.setSentAt(token, result.time, false);
      this.#path.record(hop).countSent();
      return;
    }
    this.table.setState(token, ProbeState.refused);
    if (result.status === 'full') this.#nextSend = now + FULL_BACKOFF;
    else this.events.push({ type: 'refused', hop, errorName: result.errorName, mtu: result.mtu });
  }

  protected onMatch(index: number, match: ProbeMatch, event: AnswerEvent): void {
    if (!isHopAnswer(match) || this.table.state(index) !== ProbeState.sent) return;
    const isFromTarget = this.target.isEqual(event.source);
    if (match.kind === 'reply' && !isFromTarget) return;
    this.#onAnswer(index, match, event, isFromTarget);
  }

  #onAnswer(index: number, match: ProbeMatch, event: AnswerEvent, isFromTarget: boolean): void {
    const owner = this.table.owner(index);
    const number = owner % HOP_RANGE;
    const round = Math.floor(owner / HOP_RANGE);
    const hop = this.#path.record(number);
    const time = this.finder.timeOf(index, event);
    this.table.setState(index, ProbeState.replied);
    this.#slowest = Math.max(this.#slowest, time);
    const isEnd = (match.isArrival && isFromTarget) || match.kind === 'unreachable';
    this.#path.onAnswer(number, isEnd, isFromTarget);
    const address = this.target.textOf(event.source);
    if (hop.addAnswer(address, time, round)) {
      this.events.push({ type: 'path-change', round: this.#roundCount, hop: number, address });
    }
    hop.extensions = extensionsOf(event) ?? hop.extensions;
  }

  #roundEnd(round: MonitorRound): number {
    if (!this.#canStart && this.#slowest > 0) {
      const wait = Math.min(this.#wait, Math.max(MIN_WAIT, LAST_WAIT_FACTOR * this.#slowest));
      return round.lastSentAt + wait;
    }
    return round.lastSentAt + this.#wait;
  }

  /** Ends rounds in order: when all probes have a reply, or at the timeout. */
  #settleRounds(now: number): void {
    let round = this.#rounds[0];
    while (round !== undefined) {
      const isSending = round === this.#sendingRound();
      const limit = this.#limitOf(round);
      if (isSending || (round.isOpen(limit) && now < this.#roundEnd(round))) return;
      this.#settle(round, limit);
      this.#rounds.shift();
      round = this.#rounds[0];
    }
  }

  #settle(round: MonitorRound, limit: number): void {
    round.settle(limit, (hop, isForward) => this.#path.record(hop).addLoss(isForward, round.number % MAX_ROUNDS));
    this.events.push({ type: 'round', round: round.number, hops: this.hops() });
  }

  /** Returns the hops so far, up to the target or the first silent hop after the last one that replied. */
  hops(): MonitorHop[] {
    return this.#path.report();
  }

  /** Clears all figures, but keeps the path (key `r` of mtr). */
  reset(): void {
    this.#path.reset();
  }

  stop(now: number): void {
    if (!this.isEnded) this.#finish(now);
  }

  #finish(now: number): void {
    this.isEnded = true;
    this.events.push({
      type: 'summary',
      target: this.target.name,
      address: this.target.address,
      rounds: this.#roundCount,
      isReached: this.#path.isReached,
      hops: this.hops(),
      droppedByUs: this.drops(),
      duration: now - (this.startedAt ?? now),
    });
  }
}
