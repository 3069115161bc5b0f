/** What is known of a path that is watched: its hops, where the target is, and how far anyone answered. @module */
import { type MonitorHop, MonitorHopRecord } from './hop.ts';

export class MonitorPath {
  readonly #hops: MonitorHopRecord[] = [];
  readonly #firstHop: number;
  /** Where the target, or whoever refuses in its place, was last seen; undefined before. */
  targetHop: number | undefined;
  /** The last hop that answered. */
  furthest = 0;

  constructor(firstHop: number) {
    this.#firstHop = firstHop;
  }

  record(number: number): MonitorHopRecord {
    const known = this.#hops[number];
    if (known !== undefined) return known;
    const fresh = new MonitorHopRecord(number);
    this.#hops[number] = fresh;
    return fresh;
  }

  get isReached(): boolean {
    return this.targetHop !== undefined && this.#hops[this.targetHop]?.isTarget === true;
  }

  /** A hop answered. @param isEnd it is the target, or says that there is no way */
  onAnswer(number: number, isEnd: boolean, isFromTarget: boolean): void {
    // Where the target was, a router is: the path got longer.
    if (number === this.targetHop && !isEnd) {
      this.targetHop = undefined;
      this.record(number).isTarget = false;
    }
    if (isEnd && (this.targetHop === undefined || number < this.targetHop)) this.#setTarget(number, isFromTarget);
    this.furthest = Math.max(this.furthest, Math.min(number, this.targetHop ?? number));
  }

  #setTarget(number: number, isFromTarget: boolean): void {
    for (const record of this.#hops) if (record !== undefined) record.isTarget = false;
    this.targetHop = number;
    this.furthest = Math.min(this.furthest, number);
    this.record(number).isTarget = isFromTarget;
  }

  /** The hops as they stand, up to the target or the last one that answered. */
  report(): MonitorHop[] {
    const last = this.targetHop ?? this.furthest;
    const reports: MonitorHop[] = [];
    for (let number = this.#firstHop; number <= last; number += 1) reports.push(this.record(number).report());
    return reports;
  }

  /** Forgets all figures, not what is known of the path. */
  reset(): void {
    this.#hops.length = 0;
    if (this.targetHop !== undefined) this.record(this.targetHop).isTarget = true;
  }
}
