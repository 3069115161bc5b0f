/** What a capture received and lost, second by second: bounded, so that it may run for months. @module */
import type { CaptureStatistics } from '../base/frame.ts';

/** An hour. */
const MAX_SECONDS = 3600;

/** What was counted between two looks: a second or so apart while frames are recorded, a few seconds otherwise. */
export interface StatisticsSecond {
  /** Of the later look: milliseconds since 1970. */
  readonly wallTime: number;
  /** Since the look before. */
  readonly milliseconds: number;
  /** Frames that were recorded. */
  readonly frames: number;
  readonly received: number;
  readonly accepted: number;
  readonly dropped: number;
  readonly freezes: number;
}

export class StatisticsHistory {
  readonly #most: number;
  readonly #seconds: StatisticsSecond[] = [];
  #next = 0;
  #last = { frames: 0, received: 0, accepted: 0, dropped: 0, freezes: 0 };
  #worst: StatisticsSecond | undefined;

  /** @param most seconds to remember */
  constructor(most = MAX_SECONDS) {
    this.#most = most;
  }

  /** Takes a look: `frames` and `statistics` since the capture's beginning, `milliseconds` since the look before. */
  add(
    { wallTime, milliseconds }: Pick<StatisticsSecond, 'wallTime' | 'milliseconds'>,
    frames: number,
    { received, accepted, dropped, freezes }: CaptureStatistics,
  ): void {
    const last = this.#last;
    this.#last = { frames, received, accepted, dropped, freezes };
    const second: StatisticsSecond = {
      wallTime,
      milliseconds,
      frames: frames - last.frames,
      received: received - last.received,
      accepted: accepted - last.accepted,
      dropped: dropped - last.dropped,
      freezes: freezes - last.freezes,
    };
    this.#seconds[this.#next] = second;
    this.#next = (this.#next + 1) % this.#most;
    if (second.dropped > (this.#worst?.dropped ?? 0)) this.#worst = second;
  }

  get latest(): StatisticsSecond | undefined {
    return this.#seconds[(this.#next + this.#most - 1) % this.#most];
  }

  /** The latest ones, the oldest first. */
  get seconds(): readonly StatisticsSecond[] {
    if (this.#seconds.length < this.#most) return this.#seconds;
    return [...this.#seconds.slice(this.#next), ...this.#seconds.slice(0, this.#next)];
  }

  /** The second that lost the most of all, also when it is no longer remembered otherwise; undefined when none was lost. */
  get worst(): StatisticsSecond | undefined {
    return this.#worst;
  }
}
