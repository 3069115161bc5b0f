/**
 * Clock whose time jumps to the next timer when all code waits. Timers of sleeping code and of a simulated network run in
 * order of time, and a run of hours takes milliseconds. @module
 */
import type { Clock } from '../../src/base/clock.ts';

interface Appointment {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** 2020-01-01, so that texts with dates are reproducible. */
const DEFAULT_WALL_TIME = 1_577_836_800_000;

export class VirtualClock implements Clock {
  #now = 0;
  #wallOffset: number;
  readonly #appointments = new AppointmentHeap();
  #order = 0;
  #isPumping = false;

  constructor(wallTime = DEFAULT_WALL_TIME) {
    this.#wallOffset = wallTime;
  }

  now(): number {
    return this.#now;
  }

  wallTime(): number {
    return this.#wallOffset + this.#now;
  }

  /** Steps the wall clock forward or back; `now()` does not change. */
  step(milliseconds: number): void {
    this.#wallOffset += milliseconds;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      const finish = (): void => {
        cancel();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const cancel = this.at(this.#now + Math.max(0, milliseconds), finish);
      signal?.addEventListener('abort', finish, { once: true });
    });
  }

  /** Calls `run` at a time. @returns a function that cancels the call */
  at(time: number, run: () => void): () => void {
    const appointment = { time: Math.max(time, this.#now), order: this.#order, run, isCancelled: false };
    this.#order += 1;
    this.#appointments.push(appointment);
    this.#pump();
    return () => {
      appointment.isCancelled = true;
    };
  }

  /** Processes one point in time per turn of the event loop, so that promises of its callbacks settle before the next. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const turn = (): void => {
      const first = this.#appointments.takeFirst();
      if (first === undefined) {
        this.#isPumping = false;
        return;
      }
      this.#now = first.time;
      const due = [first];
      while (this.#appointments.firstTime === first.time) {
        const next = this.#appointments.takeFirst();
        if (next !== undefined) due.push(next);
      }
      for (const appointment of due) if (!appointment.isCancelled) appointment.run();
      setImmediate(turn);
    };
    setImmediate(turn);
  }
}

/** Binary heap: earliest first, equal times in order of creation. Omits cancelled entries. */
class AppointmentHeap {
  readonly #entries: Appointment[] = [];

  push(appointment: Appointment): void {
    let at = this.#entries.length;
    this.#entries.push(appointment);
    while (at > 0) {
      const parentAt = (at - 1) >>> 1;
      const parent = this.#entries[parentAt];
      if (parent === undefined || !isBefore(appointment, parent)) break;
      this.#entries[at] = parent;
      at = parentAt;
    }
    this.#entries[at] = appointment;
  }

  get firstTime(): number | undefined {
    while (this.#entries[0]?.isCancelled === true) this.#removeFirst();
    return this.#entries[0]?.time;
  }

  takeFirst(): Appointment | undefined {
    return this.firstTime === undefined ? undefined : this.#removeFirst();
  }

  #removeFirst(): Appointment | undefined {
    const first = this.#entries[0];
    const last = this.#entries.pop();
    if (last === undefined || this.#entries.length === 0) return first;
    let at = 0;
    while (true) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = isBefore(this.#entries[right], this.#entries[left]) ? right : left;
      const next = this.#entries[child];
      if (next === undefined || !isBefore(next, last)) break;
      this.#entries[at] = next;
      at = child;
    }
    this.#entries[at] = last;
    return first;
  }
}

function isBefore(one: Appointment | undefined, other: Appointment | undefined): boolean {
  if (one === undefined || other === undefined) return one !== undefined;
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}
