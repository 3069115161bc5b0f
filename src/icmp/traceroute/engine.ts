/**
 * Traceroute as a state machine. Several probes are in flight, ordered so that no router gets two in a row: routers limit
 * their ICMP errors, and a burst looks like loss. A probe without a reply is sent once more after a second, if its hop or
 * a later one replied. @module
 */
import type { ProbeMatch, ProbeMethod, SendResult } from '../../probe/index.ts';
import type { AnswerEvent } from '../answer-finder.ts';
import { describeAnswer, isHopAnswer } from '../hop-answer.ts';
import { PathMtu } from '../path-mtu.ts';
import { IP_HEADER } from '../probe-target.ts';
import type { SentHeader } from '../quoted-changes.ts';
import { RunEngine } from '../run-engine.ts';
import type { TracerouteEvent } from './events.ts';
import { multipathProbes } from './multipath.ts';
import type { TracerouteOptions } from './options.ts';
import type { PathHop, Slot } from './path-hop.ts';
import { TracePath } from './trace-path.ts';

const FULL_BACKOFF = 2;
const DEFAULT_MAX_HOPS = 64;
const DEFAULT_GAP_LIMIT = 10;

export class TracerouteEngine extends RunEngine<TracerouteEvent> {
  readonly #options: TracerouteOptions;
  readonly #sent: SentHeader;
  readonly #slots: Slot[] = [];
  readonly #path: TracePath;
  readonly #mtu: PathMtu;
  readonly #maxHops: number;
  readonly #parallel: number;
  #inFlight = 0;
  #nextSend = 0;
  #transmitted = 0;
  #received = 0;

  /** @throws TypeError for a missing address, or one of the other family */
  constructor(method: ProbeMethod, options: TracerouteOptions, drops: () => number = () => 0) {
    super({ method, options, drops });
    this.#options = options;
    const { sourceAddress: source, trafficClass = 0, probes = 3 } = options;
    this.#sent = { destination: this.target.bytes, source, trafficClass };
    this.#maxHops = options.maxHops ?? DEFAULT_MAX_HOPS;
    this.#parallel = options.parallel ?? 16;
    this.#mtu = new PathMtu(method.family, method.protocol === 'tcp' ? undefined : options.size);
    this.#path = new TracePath({
      firstHop: options.firstHop ?? 1,
      maxHops: this.#maxHops,
      probes: options.isMultipath === true ? multipathProbes(1) : probes,
      usualProbes: probes,
      gapLimit: options.gapLimit ?? DEFAULT_GAP_LIMIT,
      parallel: this.#parallel,
      wait: options.wait ?? 5_000,
      retry: options.retry ?? true,
    });
  }

  get deadline(): number {
    if (this.startedAt === undefined) return this.#nextSend;
    const next = this.#path.nextExpiry;
    const slot = this.#inFlight < this.#parallel ? this.#path.nextSlot() : undefined;
    if (slot === undefined) return next;
    return Math.min(next, Math.max(this.#nextSend, this.#path.earliest(slot)));
  }

  advance(now: number): void {
    if (this.isEnded) return;
    if (this.startedAt === undefined) this.#start(now);
    this.#settle(now);
    while (now >= this.#nextSend && this.#inFlight < this.#parallel && !this.outbox.isFull) {
      const slot = this.#path.nextSlot(now);
      if (slot === undefined) break;
      this.#sendSlot(slot, now);
    }
    if (this.#path.reported >= this.#path.lastHop) this.#finish(now);
  }

  #start(now: number): void {
    this.startedAt = now;
    this.#nextSend = now;
    this.events.push({
      type: 'start',
      target: this.target.name,
      address: this.target.address,
      source: this.#options.source,
      family: this.method.family,
      maxHops: this.#maxHops,
      packetLength: IP_HEADER[this.method.family] + this.method.length,
    });
  }

  #sendSlot(slot: Slot, now: number): void {
    const index = this.table.add(this.#slots.length, now);
    this.#slots.push(slot);
    slot.index = index;
    slot.state = 'sent';
    slot.sentAt = now;
    slot.attempts += 1;
    const { size } = this.#mtu;
    slot.size = size ?? 0;
    this.#path.hop(slot.hop).lastSentAt = now;
    this.#inFlight += 1;
    const flow = this.#options.isMultipath === true ? slot.number : 0;
    const draft = { index, flow, destination: this.target.bytes };
    this.outbox.add(size === undefined ? draft : { ...draft, size }, slot.hop);
    this.#nextSend = now + (this.#options.pause ?? 0);
  }

  onSent(token: number, result: SendResult, now: number): void {
    const slot = this.#slotOf(token);
    if (slot === undefined) return;
    if (result.status === 'sent') {
      this.#transmitted += 1;
      this.table.setSentAt(token, result.time, false);
      return;
    }
    this.#inFlight -= 1;
    if (result.status === 'full') {
      slot.state = 'waiting';
      slot.attempts -= 1;
      this.#nextSend = now + FULL_BACKOFF;
      return;
    }
    slot.state = 'refused';
    slot.errorName = result.errorName;
    slot.mtu = result.mtu;
    if (result.mtu !== undefined) this.#mtu.shrink(result.mtu, slot.size);
  }

  #slotOf(index: number): Slot | undefined {
    return this.table.knows(index) ? this.#slots[this.table.owner(index)] : undefined;
  }

  protected onMatch(index: number, match: ProbeMatch, event: AnswerEvent): void {
    const slot = this.#slotOf(index);
    if (!isHopAnswer(match) || slot === undefined || slot.answer !== undefined || slot.hop <= this.#path.reported)
      return;
    if (match.kind === 'reply' && !this.target.isEqual(event.source)) return;
    if (slot.state === 'sent') this.#inFlight -= 1;
    if (match.kind === 'too-big' && this.#mtu.shrink(match.mtu, slot.size)) {
      slot.state = 'waiting'; // probe the same hop again with a smaller packet
      slot.attempts = 0;
      return;
    }
    this.#onAnswer(slot, index, match, event);
  }

  #onAnswer(slot: Slot, index: number, match: ProbeMatch, event: AnswerEvent): void {
    const hop = this.#path.hop(slot.hop);
    const time = this.finder.timeOf(index, event);
    const isFromTarget = this.target.isEqual(event.source);
    slot.answer = describeAnswer(match, event, {
      source: this.target.textOf(event.source),
      time,
      timestampSource: this.finder.sourceOf(index, event),
      isArrival: match.isArrival && (isFromTarget || this.#options.strictTarget === false),
      attempts: slot.attempts,
      isLate: slot.state === 'lost' || slot.index !== index,
      sent: this.#sent,
    });
    slot.state = 'answered';
    this.#received += 1;
    hop.maxTime = Math.max(hop.maxTime, time);
    if (slot.answer.isArrival) this.#inFlight -= this.#path.endAt(slot.hop);
    if (this.#options.isMultipath === true) {
      const wanted = multipathProbes(hop.responders);
      while (hop.slots.length < wanted) hop.addSlot();
    }
  }

  /** Expires overdue probes, schedules second attempts, and reports complete hops in order. */
  #settle(now: number): void {
    this.#inFlight -= this.#path.expire(now);
    for (let number = this.#path.reported + 1; number <= this.#path.lastHop; number += 1) {
      const hop = this.#path.known(number);
      if (hop === undefined || !hop.isSettled) return;
      if (this.#path.scheduleRetries(hop)) return;
      this.#report(hop);
    }
  }

  #report(hop: PathHop): void {
    this.#path.reported = hop.hop;
    if (this.#path.isEnd(hop)) this.#inFlight -= this.#path.endAt(hop.hop);
    this.events.push({
      type: 'hop',
      hop: hop.hop,
      probes: hop.probes(),
      silence: hop.silence,
      pathMtu: this.#mtu.packetOf(hop.answeredSize),
      isLast: this.#path.lastHop === hop.hop,
    });
  }

  stop(now: number): void {
    if (this.isEnded) return;
    const next = this.#path.known(this.#path.reported + 1);
    if (next?.hasAnswer === true && next.hop <= this.#path.lastHop) this.#report(next);
    this.#finish(now);
  }

  #finish(now: number): void {
    this.isEnded = true;
    this.events.push({
      type: 'summary',
      target: this.target.name,
      address: this.target.address,
      isReached: this.#path.known(this.#path.reported)?.isArrival ?? false,
      isGapReached: this.#path.isGapReached(this.#path.reported),
      hops: this.#path.reported,
      transmitted: this.#transmitted,
      received: this.#received,
      pathMtu: this.#mtu.smallest,
      droppedByUs: this.drops(),
      duration: now - (this.startedAt ?? now),
    });
  }
}
