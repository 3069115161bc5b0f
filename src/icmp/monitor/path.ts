/** A monitored path: its hops, the hop of the target, and the last hop that replied. @module */
import { type MonitorHop, MonitorHopRecord } from './hop.ts';

export class MonitorPath {
  readonly #hops: MonitorHopRecord[] = [];
  readonly #firstHop: number;
  /** Hop of the target, or of a router that returns "unreachable"; undefined if neither is known. */
  targetHop: number | undefined;
  /** The last hop that replied. */
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

  /** Records a reply of a hop. @param isEnd true if it came from the target, or is "unreachable" */
  onAnswer(number: number, isEnd: boolean, isFromTarget: boolean): void {
    // A router replied at the hop of the target: the path is longer now.
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

  /** Returns the hops so far, up to the target or the first silent hop after the last one that replied. */
  report(): MonitorHop[] {
    const firstSilent = Math.max(this.furthest + 1, this.#firstHop);
    const last = this.targetHop ?? Math.min(firstSilent, this.#hops.length - 1);
    const reports: MonitorHop[] = [];
    for (let number = this.#firstHop; number <= last; number += 1) reports.push(this.record(number).report());
    if (this.targetHop === undefined && reports.at(-1)?.transmitted === 0) reports.pop();
    return reports;
  }

  /** Clears all figures, but keeps the hop of the target. */
  reset(): void {
    this.#hops.length = 0;
    if (this.targetHop !== undefined) this.record(this.targetHop).isTarget = true;
  }
}
