/**
 * Traceroute as a state machine. Several probes are under way at once, ordered so that no router gets two in a row:
 * routers limit their errors, and a burst at one of them looks like loss. What stays silent where others spoke is asked
 * once more, a second later. @module
 */
import { formatAddress, parseAddress } from '../base/address.ts';
import { isEqualBytes } from '../base/bytes.ts';
import type { ProbeEngine } from '../probe/drive.ts';
import type { ProbeMatch, ProbeMethod } from '../probe/method.ts';
import { Outbox } from '../probe/outbox.ts';
import { ProbeTable } from '../probe/probe-table.ts';
import type { ArrivalEvent, ErrorQueueEvent, ProbeEvent, ProbeSpec, SendResult } from '../probe/transport.ts';
import { describeAnswer } from './hop-answer.ts';
import { multipathProbes } from './multipath.ts';
import { PathHop, type Slot } from './path-hop.ts';
import type { TracerouteEvent } from './traceroute-events.ts';
import type { TracerouteOptions } from './traceroute-options.ts';

/** A silent probe is not worth more than this many times the slowest answer of its own hop ... */
const HERE = 3;
/** ... or of the next one, but never less than this. */
const NEAR = 10;
const SHORTEST_WAIT = 100;
/** Probes to one hop are this many probes apart. */
const SPREAD = 5;
/** Linux sends one error a second to each peer (`net.ipv4.icmp_ratelimit`), others less; so much later we ask again. */
const RETRY_DELAY = 1_000;
const FULL_BACKOFF = 2;
const IP_HEADER = { 4: 20, 6: 40 } as const;

export class TracerouteEngine implements ProbeEngine<TracerouteEvent> {
  readonly #options: TracerouteOptions;
  readonly #method: ProbeMethod;
  readonly #drops: () => number;
  readonly #destination: Uint8Array;
  readonly #target: string;
  readonly #table = new ProbeTable();
  readonly #slots: Slot[] = [];
  readonly #outbox: Outbox;
  readonly #hops: PathHop[] = [];
  readonly #maxHops: number;
  readonly #firstHop: number;
  readonly #wait: number;
  #lastHop: number;
  #reported: number;
  #inFlight = 0;
  #nextSend = 0;
  #startedAt: number | undefined;
  #size: number | undefined;
  #pathMtu: number | undefined;
  #transmitted = 0;
  #received = 0;
  #isDone = false;
  #events: TracerouteEvent[] = [];

  /** @throws TypeError when there is no address, or one of the wrong family */
  constructor(method: ProbeMethod, options: TracerouteOptions, drops: () => number = () => 0) {
    const destination = options.address ?? parseAddress(options.target ?? '');
    if (destination === undefined || destination.length !== (method.family === 4 ? 4 : 16)) {
      throw new TypeError(`an IPv${method.family} address is wanted, not "${options.target ?? ''}"`);
    }
    this.#options = options;
    this.#method = method;
    this.#drops = drops;
    this.#destination = destination;
    this.#target = options.target ?? formatAddress(destination);
    this.#outbox = new Outbox(method);
    this.#firstHop = options.firstHop ?? 1;
    this.#maxHops = options.maxHops ?? 64;
    this.#wait = options.wait ?? 5_000;
    this.#size = options.size;
    this.#lastHop = this.#maxHops;
    this.#reported = this.#firstHop - 1;
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  get #parallel(): number {
    return this.#options.parallel ?? 16;
  }

  get deadline(): number {
    if (this.#startedAt === undefined) return this.#nextSend;
    let next = Infinity;
    for (const hop of this.#openHops()) {
      for (const slot of hop.slots) {
        if (slot.state === 'sent') next = Math.min(next, this.#expiry(hop, slot));
      }
    }
    if (this.#inFlight >= this.#parallel) return next;
    const slot = this.#nextSlot();
    if (slot === undefined) return next;
    return Math.min(next, Math.max(this.#nextSend, this.#earliest(slot)));
  }

  /** The first moment at which some slot may leave; `slot` is the one whose turn it would be without delays. */
  #earliest(slot: Slot): number {
    let earliest = slot.notBefore;
    for (const hop of this.#openHops()) {
      for (const other of hop.slots) if (other.state === 'waiting') earliest = Math.min(earliest, other.notBefore);
    }
    return earliest;
  }

  *#openHops(): Generator<PathHop> {
    for (let hop = this.#reported + 1; hop <= this.#lastHop; hop += 1) {
      const known = this.#hops[hop];
      if (known !== undefined) yield known;
    }
  }

  advance(now: number): void {
    if (this.#isDone) return;
    if (this.#startedAt === undefined) this.#start(now);
    this.#settle(now);
    while (now >= this.#nextSend && this.#inFlight < this.#parallel && !this.#outbox.isFull) {
      const slot = this.#nextSlot(now);
      if (slot === undefined) break;
      this.#sendSlot(slot, now);
    }
    if (this.#reported >= this.#lastHop) this.#finish(now);
  }

  #start(now: number): void {
    this.#startedAt = now;
    this.#nextSend = now;
    this.#events.push({
      type: 'start',
      target: this.#target,
      address: formatAddress(this.#destination),
      source: this.#options.source,
      family: this.#method.family,
      maxHops: this.#maxHops,
      packetLength: IP_HEADER[this.#method.family] + this.#method.length,
    });
  }

  #hop(hop: number): PathHop {
    const known = this.#hops[hop];
    if (known !== undefined) return known;
    const isMultipath = this.#options.isMultipath === true;
    const fresh = new PathHop(hop, isMultipath ? multipathProbes(1) : (this.#options.probes ?? 3));
    this.#hops[hop] = fresh;
    return fresh;
  }

  /** Other probes between two of one hop; none where probes go one by one, as traceroute(8) sends them. */
  get #spread(): number {
    return Math.min(SPREAD, this.#parallel - 1);
  }

  /** The open slot whose turn it is: hop by hop, but spread out. */
  #nextSlot(now = Infinity): Slot | undefined {
    let best: Slot | undefined;
    let bestKey = Infinity;
    // Hops further than all that may be under way need not be looked at.
    const horizon = Math.min(this.#lastHop, this.#reported + Math.max(1, this.#parallel));
    for (let number = this.#reported + 1; number <= horizon; number += 1) {
      for (const slot of this.#hop(number).slots) {
        if (slot.state !== 'waiting' || slot.notBefore > now) continue;
        const key = number + slot.number * this.#spread;
        if (key < bestKey) {
          best = slot;
          bestKey = key;
        }
        break;
      }
    }
    return best;
  }

  #sendSlot(slot: Slot, now: number): void {
    const index = this.#table.add(this.#slots.length, now);
    this.#slots.push(slot);
    slot.index = index;
    slot.state = 'sent';
    slot.sentAt = now;
    slot.attempts += 1;
    slot.size = this.#size ?? 0;
    this.#hop(slot.hop).lastSentAt = now;
    this.#inFlight += 1;
    const flow = this.#options.isMultipath === true ? slot.number : 0;
    const draft = { index, flow, destination: this.#destination };
    this.#outbox.add(this.#size === undefined ? draft : { ...draft, size: this.#size }, slot.hop);
    this.#nextSend = now + (this.#options.pause ?? 0);
  }

  takeOutbox(): readonly ProbeSpec[] {
    return this.#outbox.take();
  }

  onSent(token: number, result: SendResult, now: number): void {
    const slot = this.#slotOf(token);
    if (slot === undefined) return;
    if (result.status === 'sent') {
      this.#transmitted += 1;
      this.#table.setSentAt(token, result.time, false);
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
    if (result.mtu !== undefined) this.#noteMtu(result.mtu);
  }

  #slotOf(index: number): Slot | undefined {
    return this.#table.knows(index) ? this.#slots[this.#table.owner(index)] : undefined;
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
    const slot = index < 0 ? undefined : this.#slotOf(index);
    if (slot === undefined || slot.answer !== undefined || slot.hop <= this.#reported) return;
    if (match.kind === 'redirect' || match.kind === 'source-quench') return;
    const isFromTarget = isEqualBytes(event.source, this.#destination);
    if (match.kind === 'reply' && !isFromTarget) return;
    this.#onAnswer(slot, index, match, event, isFromTarget);
  }

  #onAnswer(
    slot: Slot,
    index: number,
    match: ProbeMatch,
    event: ArrivalEvent | ErrorQueueEvent,
    isFromTarget: boolean,
  ): void {
    const hop = this.#hop(slot.hop);
    if (slot.state === 'sent') this.#inFlight -= 1;
    if (match.kind === 'too-big' && this.#shrink(match.mtu, slot.size)) {
      slot.state = 'waiting'; // the same hop again, with a packet that gets further
      slot.attempts = 0;
      return;
    }
    const time = Math.max(0, event.time - this.#table.sentAt(index));
    const isKernelSent = this.#table.isKernelSent(index);
    slot.answer = describeAnswer(match, event, {
      time,
      timestampSource: event.stamp === 'user' ? 'user' : isKernelSent ? 'kernel-both' : 'kernel-rx',
      isArrival: match.isArrival && (isFromTarget || this.#options.strictTarget === false),
      attempts: slot.attempts,
      isLate: slot.state === 'lost' || slot.index !== index,
    });
    slot.state = 'answered';
    this.#received += 1;
    hop.largestTime = Math.max(hop.largestTime, time);
    if (slot.answer.isArrival) this.#endAt(slot.hop);
    if (this.#options.isMultipath === true) {
      const wanted = multipathProbes(hop.responders);
      while (hop.slots.length < wanted) hop.addSlot();
    }
  }

  /** The way ends at `hop`: what is under way further out does not matter any more. */
  #endAt(hop: number): void {
    this.#lastHop = Math.min(this.#lastHop, hop);
    for (const further of this.#hops) {
      if (further === undefined || further.hop <= this.#lastHop) continue;
      for (const slot of further.slots) {
        if (slot.state === 'sent') this.#inFlight -= 1;
        if (slot.state === 'sent' || slot.state === 'waiting') slot.state = 'lost';
      }
    }
  }

  #noteMtu(mtu: number): void {
    if (mtu > 0) this.#pathMtu = Math.min(this.#pathMtu ?? mtu, mtu);
  }

  /** Takes a named MTU over. @returns true when a probe of `sent` bytes would be smaller now, so that it is worth another */
  #shrink(mtu: number, sent: number): boolean {
    this.#noteMtu(mtu);
    if (this.#size === undefined) return false;
    const size = mtu - IP_HEADER[this.#method.family] - (this.#method.protocol === 'tcp' ? 20 : 8);
    if (size > 0 && size < this.#size) this.#size = size;
    return this.#size < sent;
  }

  #expiry(hop: PathHop, slot: Slot): number {
    let wait = this.#wait;
    const next = this.#hops[slot.hop + 1];
    if (hop.largestTime > 0) wait = Math.min(wait, Math.max(SHORTEST_WAIT, HERE * hop.largestTime));
    if (next !== undefined && next.largestTime > 0) {
      wait = Math.min(wait, Math.max(SHORTEST_WAIT, NEAR * next.largestTime));
    }
    return slot.sentAt + wait;
  }

  /** Gives up what is overdue, asks again where it makes sense, and reports hops that are complete, in order. */
  #settle(now: number): void {
    for (const hop of this.#openHops()) {
      for (const slot of hop.slots) {
        if (slot.state !== 'sent' || now < this.#expiry(hop, slot)) continue;
        slot.state = 'lost';
        this.#inFlight -= 1;
      }
    }
    for (let number = this.#reported + 1; number <= this.#lastHop; number += 1) {
      const hop = this.#hops[number];
      if (hop === undefined || !hop.isSettled) return;
      if (this.#askAgain(hop)) return;
      this.#report(hop);
    }
  }

  /** All lost probes of a hop that spoke; one of a hop that did not, to see whether it can. */
  #askAgain(hop: PathHop): boolean {
    if (this.#options.retry === false) return false;
    // Where the way seems to end, too: a router that refuses limits its errors as well, and is then silent at every hop.
    const isEnd = hop.hop === this.#firstHop || this.#hops[hop.hop - 1]?.hasAnswer === true;
    if (!hop.hasAnswer && !isEnd && !this.#isAnyoneBehind(hop.hop)) return false;
    if (!hop.hasAnswer && hop.slots.some((slot) => slot.attempts > 1)) return false;
    let delay = RETRY_DELAY;
    let isAsking = false;
    for (const slot of hop.slots) {
      if (slot.state !== 'lost' || slot.attempts > 1) continue;
      slot.state = 'waiting';
      slot.notBefore = hop.lastSentAt + delay;
      delay += RETRY_DELAY;
      isAsking = true;
      if (!hop.hasAnswer) break;
    }
    return isAsking;
  }

  #report(hop: PathHop): void {
    this.#reported = hop.hop;
    const gap = this.#options.gapLimit ?? 0;
    const isGap = gap > 0 && this.#silentHops() >= gap && !this.#isAnyoneBehind(hop.hop);
    const isStuck = hop.slots.every((slot) => slot.state === 'refused');
    if (hop.isArrival || this.#isRefusal(hop) || isGap || isStuck) this.#endAt(hop.hop);
    this.#events.push({
      type: 'hop',
      hop: hop.hop,
      probes: hop.probes(),
      silence: hop.silence,
      isLast: this.#lastHop === hop.hop,
    });
  }

  /** All probes but one, at least, were told that there is no way (traceroute(8) ends there too). */
  #isRefusal(hop: PathHop): boolean {
    return hop.refusals > 0 && hop.refusals >= (this.#options.probes ?? 3) - 1;
  }

  #silentHops(): number {
    let count = 0;
    for (let number = this.#reported; number >= this.#firstHop; number -= 1) {
      if (this.#hops[number]?.hasAnswer === true) break;
      count += 1;
    }
    return count;
  }

  #isAnyoneBehind(hop: number): boolean {
    return this.#hops.some((other) => other !== undefined && other.hop > hop && other.hasAnswer);
  }

  stop(now: number): void {
    if (this.#isDone) return;
    const next = this.#hops[this.#reported + 1];
    if (next?.hasAnswer === true && next.hop <= this.#lastHop) this.#report(next);
    this.#finish(now);
  }

  #finish(now: number): void {
    this.#isDone = true;
    this.#events.push({
      type: 'summary',
      target: this.#target,
      address: formatAddress(this.#destination),
      isReached: this.#hops[this.#reported]?.isArrival ?? false,
      hops: this.#reported,
      transmitted: this.#transmitted,
      received: this.#received,
      pathMtu: this.#pathMtu,
      droppedByUs: this.#drops(),
      duration: now - (this.#startedAt ?? now),
    });
  }

  drain(): readonly TracerouteEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }
}
