/** The hops of a traceroute: whose turn it is, what is overdue, what is asked again, and where the way ends. @module */
import { PathHop, type Slot } from './path-hop.ts';

/** How hops are asked; times in milliseconds. */
export interface TraceShape {
  readonly firstHop: number;
  readonly maxHops: number;
  /** Probes that a hop has at first. */
  readonly probes: number;
  /** What a user would call a hop's number of probes. */
  readonly usualProbes: number;
  /** Silent hops in a row that end the search; 0 goes on. */
  readonly gapLimit: number;
  readonly parallel: number;
  readonly wait: number;
  readonly retry: boolean;
}

/** A silent probe is not worth more than this many times the slowest answer of its own hop ... */
const HERE = 3;
/** ... or of the next one, but never less than this. */
const NEAR = 10;
const MIN_WAIT = 100;
/** Probes to one hop are this many probes apart. */
const SPREAD = 5;
/** Linux sends one error a second to each peer (`net.ipv4.icmp_ratelimit`), others less; so much later we ask again. */
const RETRY_DELAY = 1_000;

export class TracePath {
  readonly #shape: TraceShape;
  readonly #hops: PathHop[] = [];
  /** Nobody is asked beyond this hop. */
  lastHop: number;
  /** Hops up to this one are done. */
  reported: number;

  constructor(shape: TraceShape) {
    this.#shape = shape;
    this.lastHop = shape.maxHops;
    this.reported = shape.firstHop - 1;
  }

  /** A hop that has had a probe. */
  known(hop: number): PathHop | undefined {
    return this.#hops[hop];
  }

  /** The first moment at which some slot may leave; `slot` is the one whose turn it would be without delays. */
  earliest(slot: Slot): number {
    let earliest = slot.notBefore;
    for (const hop of this.openHops()) {
      for (const other of hop.slots) if (other.state === 'waiting') earliest = Math.min(earliest, other.notBefore);
    }
    return earliest;
  }

  /** Hops that are not reported yet and have had a probe. */
  *openHops(): Generator<PathHop> {
    for (let hop = this.reported + 1; hop <= this.lastHop; hop += 1) {
      const known = this.#hops[hop];
      if (known !== undefined) yield known;
    }
  }

  /** The hop at a distance; made when it is asked for first. */
  hop(hop: number): PathHop {
    const known = this.#hops[hop];
    if (known !== undefined) return known;
    const fresh = new PathHop(hop, this.#shape.probes);
    this.#hops[hop] = fresh;
    return fresh;
  }

  /** Other probes between two of one hop; none where probes go one by one, as traceroute(8) sends them. */
  get #spread(): number {
    return Math.min(SPREAD, this.#shape.parallel - 1);
  }

  /** The open slot whose turn it is: hop by hop, but spread out. */
  nextSlot(now = Infinity): Slot | undefined {
    let best: Slot | undefined;
    let bestKey = Infinity;
    // Hops further than all that may be under way need not be looked at.
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

  /** The way ends at `hop`: what is under way further out does not matter any more. @returns how many that were */
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

  /** When the first open probe is given up. */
  get nextExpiry(): number {
    let next = Infinity;
    for (const hop of this.openHops()) {
      for (const slot of hop.slots) if (slot.state === 'sent') next = Math.min(next, this.#expiry(hop, slot));
    }
    return next;
  }

  /** Gives up what is overdue. @returns how many probes that were */
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

  /** When an open probe is given up: sooner once its own hop, or the next, has answered. */
  #expiry(hop: PathHop, slot: Slot): number {
    let { wait } = this.#shape;
    const next = this.#hops[slot.hop + 1];
    if (hop.maxTime > 0) wait = Math.min(wait, Math.max(MIN_WAIT, HERE * hop.maxTime));
    if (next !== undefined && next.maxTime > 0) {
      wait = Math.min(wait, Math.max(MIN_WAIT, NEAR * next.maxTime));
    }
    return slot.sentAt + wait;
  }

  /** All lost probes of a hop that spoke; one of a hop that did not, to see whether it can. */
  askAgain(hop: PathHop): boolean {
    if (!this.#shape.retry) return false;
    // Where the way seems to end, too: a router that refuses limits its errors as well, and is then silent at every hop.
    const isEnd = hop.hop === this.#shape.firstHop || this.#hops[hop.hop - 1]?.hasAnswer === true;
    if (!hop.hasAnswer && !isEnd && !this.isAnyoneBehind(hop.hop)) return false;
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

  /**
   * True when nobody beyond a hop, the last one reported, need be asked: the target answered there, all probes but one
   * at least were told that there is no way (traceroute(8) ends there too), this machine refused all of them, or too
   * many hops in a row are silent.
   */
  isEnd(hop: PathHop): boolean {
    if (hop.isArrival || (hop.refusals > 0 && hop.refusals >= this.#shape.usualProbes - 1)) return true;
    if (hop.slots.every((slot) => slot.state === 'refused')) return true;
    const { gapLimit } = this.#shape;
    return gapLimit > 0 && this.#silentHops() >= gapLimit && !this.isAnyoneBehind(hop.hop);
  }

  /** Silent hops in a row, up to the last one reported. */
  #silentHops(): number {
    let count = 0;
    for (let number = this.reported; number >= this.#shape.firstHop; number -= 1) {
      if (this.#hops[number]?.hasAnswer === true) break;
      count += 1;
    }
    return count;
  }

  /** True when a hop further out has answered. */
  isAnyoneBehind(hop: number): boolean {
    return this.#hops.some((other) => other !== undefined && other.hop > hop && other.hasAnswer);
  }
}
