/**
 * Time that passes only when everyone waits: whoever sleeps, and whatever a simulated network has under way, comes up
 * in order of time, and a run of hours takes milliseconds. @module
 */
import type { Clock } from '../base/clock.ts';

interface Appointment {
  readonly time: number;
  readonly order: number;
  readonly run: () => void;
}

/** 2020-01-01, so that text with dates is the same everywhere. */
const DEFAULT_WALL_TIME = 1_577_836_800_000;

export class VirtualClock implements Clock {
  #now = 0;
  #wallOffset: number;
  #appointments: Appointment[] = [];
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

  /** Sets the wall clock forward or back, as an administrator does; `now()` does not notice. */
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

  /** Runs `run` at a time. @returns a function that cancels it */
  at(time: number, run: () => void): () => void {
    const appointment = { time: Math.max(time, this.#now), order: this.#order, run };
    this.#order += 1;
    this.#insert(appointment);
    this.#pump();
    return () => {
      const at = this.#appointments.indexOf(appointment);
      if (at !== -1) this.#appointments.splice(at, 1);
    };
  }

  /** Latest first, so that the next one is taken from the end. */
  #insert(appointment: Appointment): void {
    let low = 0;
    let high = this.#appointments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#appointments[middle];
      const isLater =
        other !== undefined &&
        (other.time > appointment.time || (other.time === appointment.time && other.order > appointment.order));
      if (isLater) low = middle + 1;
      else high = middle;
    }
    this.#appointments.splice(low, 0, appointment);
  }

  /** One appointment a turn of the event loop: all that its callback set going has settled before the next. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    const turn = (): void => {
      const next = this.#appointments.pop();
      if (next === undefined) {
        this.#isPumping = false;
        return;
      }
      this.#now = next.time;
      next.run();
      setImmediate(turn);
    };
    setImmediate(turn);
  }
}
