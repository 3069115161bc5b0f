/** The hops of a traceroute: order of probes, timeouts, second attempts, and the end of the path. @module */
import { PathHop, type Slot } from './path-hop.ts';

/** How hops are probed; times in milliseconds. */
export interface TraceShape {
  readonly firstHop: number;
  readonly maxHops: number;
  /** Probes of a hop at first. */
  readonly probes: number;
  /** Probes per hop as the user set them; a search for all paths has more. */
  readonly usualProbes: number;
  /** Consecutive hops without a reply that end the run; 0: no limit. */
  readonly gapLimit: number;
  readonly parallel: number;
  readonly wait: number;
  readonly retry: boolean;
}

/** The timeout is at most this many times the slowest reply of the same hop ... */
const HERE = 3;
/** ... or of the next hop, but at least `MIN_WAIT`. */
const NEAR = 10;
const MIN_WAIT = 100;
/** Distance between probes to one hop, in probes. */
const SPREAD = 5;
/** Delay of second attempts. Linux sends one error per second to each peer (`net.ipv4.icmp_ratelimit`), others less. */
const RETRY_DELAY = 1_000;

export class TracePath {
  readonly #shape: TraceShape;
  readonly #hops: PathHop[] = [];
  /** The last hop to probe. */
  lastHop: number;
  /** The last hop reported. */
  reported: number;

  constructor(shape: TraceShape) {
    this.#shape = shape;
    this.lastHop = shape.maxHops;
    this.reported = shape.firstHop - 1;
  }

  /** Returns a hop; undefined before its first probe. */
  known(hop: number): PathHop | undefined {
    return this.#hops[hop];
  }

  /** Returns the earliest time at which a slot may be sent. @param slot the next one regardless of delays */
  earliest(slot: Slot): number {
    let earliest = slot.notBefore;
    for (const hop of this.openHops()) {
      for (const other of hop.slots) if (other.state === 'waiting') earliest = Math.min(earliest, other.notBefore);
    }
    return earliest;
  }

  /** Yields hops with a probe that are not reported yet. */
  *openHops(): Generator<PathHop> {
    for (let hop = this.reported + 1; hop <= this.lastHop; hop += 1) {
      const known = this.#hops[hop];
      if (known !== undefined) yield known;
    }
  }

  /** Returns a hop; creates it if needed. */
  hop(hop: number): PathHop {
    const known = this.#hops[hop];
    if (known !== undefined) return known;
    const fresh = new PathHop(hop, this.#shape.probes);
    this.#hops[hop] = fresh;
    return fresh;
  }

  /** Probes between two of one hop; 0 for a sequential run, as in traceroute(8). */
  get #spread(): number {
    return Math.min(SPREAD, this.#shape.parallel - 1);
  }

  /** Returns the next slot to send: hop by hop, but interleaved. */
  nextSlot(now = Infinity): Slot | undefined {
    let best: Slot | undefined;
    let bestKey = Infinity;
    // No hop beyond the number of probes in flight can be next.
    const horizon = Math.min(this.lastHop, this.reported + Math.max(1, this.#shape.parallel));
    for (let number = this.reported + 1; number <= horizon; number += 1) {
      for (const slot of this.hop(number).slots) {
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

  /** Ends the path at `hop`, and drops the probes beyond it. @returns the number of those in flight */
  endAt(hop: number): number {
    let freed = 0;
    this.lastHop = Math.min(this.lastHop, hop);
    for (const further of this.#hops) {
      if (further === undefined || further.hop <= this.lastHop) continue;
      for (const slot of further.slots) {
        if (slot.state === 'sent') freed += 1;
        if (slot.state === 'sent' || slot.state === 'waiting') slot.state = 'lost';
      }
    }
    return freed;
  }

  /** Time of the next timeout. */
  get nextExpiry(): number {
    let next = Infinity;
    for (const hop of this.openHops()) {
      for (const slot of hop.slots) if (slot.state === 'sent') next = Math.min(next, this.#expiry(hop, slot));
    }
    return next;
  }

  /** Expires overdue probes. @returns their number */
  expire(now: number): number {
    let count = 0;
    for (const hop of this.openHops()) {
      for (const slot of hop.slots) {
        if (slot.state !== 'sent' || now < this.#expiry(hop, slot)) continue;
        slot.state = 'lost';
        count += 1;
      }
    }
    return count;
  }

  /** Returns the timeout of a probe, which is shorter after replies of its hop or the next. */
  #expiry(hop: PathHop, slot: Slot): number {
    let { wait } = this.#shape;
    const next = this.#hops[slot.hop + 1];
    if (hop.maxTime > 0) wait = Math.min(wait, Math.max(MIN_WAIT, HERE * hop.maxTime));
    if (next !== undefined && next.maxTime > 0) {
      wait = Math.min(wait, Math.max(MIN_WAIT, NEAR * next.maxTime));
    }
    return slot.sentAt + wait;
  }

  /** Schedules second attempts: all lost probes of a hop that replied, one of a hop that did not. @returns true if any */
  scheduleRetries(hop: PathHop): boolean {
    if (!this.#shape.retry) return false;
    // Also after the last hop that replied: a router that returns "unreachable" limits its errors too, and is then silent.
    const isEnd = hop.hop === this.#shape.firstHop || this.#hops[hop.hop - 1]?.hasAnswer === true;
    if (!hop.hasAnswer && !isEnd && !this.hasReplyBeyond(hop.hop)) return false;
    if (!hop.hasAnswer && hop.slots.some((slot) => slot.attempts > 1)) return false;
    let delay = RETRY_DELAY;
    let isScheduled = false;
    for (const slot of hop.slots) {
      if (slot.state !== 'lost' || slot.attempts > 1) continue;
      slot.state = 'waiting';
      slot.notBefore = hop.lastSentAt + delay;
      delay += RETRY_DELAY;
      isScheduled = true;
      if (!hop.hasAnswer) break;
    }
    return isScheduled;
  }

  /**
   * Returns true if the path ends at a hop, the last one reported: the target replied; all probes, or all but one, got
   * "unreachable" (as in traceroute(8)); this machine refused to send them; or the gap limit is reached.
   */
  isEnd(hop: PathHop): boolean {
    if (hop.isArrival || (hop.refusals > 0 && hop.refusals >= this.#shape.usualProbes - 1)) return true;
    if (hop.slots.every((slot) => slot.state === 'refused')) return true;
    return this.isGapReached(hop.hop);
  }

  /** Returns true if too many hops up to `hop` did not reply, and none beyond it did. */
  isGapReached(hop: number): boolean {
    const { gapLimit } = this.#shape;
    return gapLimit > 0 && this.#silentHops() >= gapLimit && !this.hasReplyBeyond(hop);
  }

  /** Number of consecutive hops without a reply, up to the last one reported. */
  #silentHops(): number {
    let count = 0;
    for (let number = this.reported; number >= this.#shape.firstHop; number -= 1) {
      if (this.#hops[number]?.hasAnswer === true) break;
      count += 1;
    }
    return count;
  }

  /** Returns true if a hop beyond `hop` replied. */
  hasReplyBeyond(hop: number): boolean {
    return this.#hops.some((other) => other !== undefined && other.hop > hop && other.hasAnswer);
  }
}
