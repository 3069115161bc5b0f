/** Counters of a capture, second by second, in bounded memory. @module */
import type { CaptureStatistics } from '../base/frame.ts';

/** An hour. */
const MAX_SECONDS = 3600;

/** Counts between two samples: about a second apart while frames are recorded, a few seconds otherwise. */
export interface StatisticsSecond {
  /** Time of the later sample in milliseconds since 1970. */
  readonly wallTime: number;
  /** Milliseconds since the sample before. */
  readonly milliseconds: number;
  /** Frames recorded. */
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

  /** @param most number of seconds to keep */
  constructor(most = MAX_SECONDS) {
    this.#most = most;
  }

  /** Adds a sample: `frames` and `statistics` since the start of the capture, `milliseconds` since the last sample. */
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

  /** The seconds kept, oldest first. */
  get seconds(): readonly StatisticsSecond[] {
    if (this.#seconds.length < this.#most) return this.#seconds;
    return [...this.#seconds.slice(this.#next), ...this.#seconds.slice(0, this.#next)];
  }

  /** The second with the most drops, even if it is no longer kept; undefined if there were none. */
  get worst(): StatisticsSecond | undefined {
    return this.#worst;
  }
}
