/** Counts, lengths and times of the frames of a file. @module */
import type { FrameView } from '../../base/frame.ts';

const NANOSECONDS = 1e9;

/** A time as text, exact to the nanosecond. */
export interface InfoTime {
  /** Seconds since 1970 with nine digits after the point. */
  readonly epoch: string;
  /** ISO 8601, UTC; undefined beyond the range of dates. */
  readonly utc?: string;
}

interface Sums {
  frames: number;
  bytes: number;
}

/** Frames of a file with a time of their own change its times. Nothing is allocated per frame. */
export class FrameFacts {
  readonly #byInterface: Sums[] = [];
  #frames = 0;
  #bytes = 0;
  #capturedBytes = 0;
  #cutFrames = 0;
  #timedFrames = 0;
  #inOrder = true;
  #firstSeconds = 0;
  #firstNanoseconds = 0;
  #lastSeconds = 0;
  #lastNanoseconds = 0;
  #previousSeconds = 0;
  #previousNanoseconds = 0;

  /** @param isTimed whether the file tells the time of the frame */
  add(frame: FrameView, isTimed: boolean): void {
    const { length, wireLength } = frame;
    const sums = this.#byInterface[frame.interfaceIndex] ?? this.#beginSums(frame.interfaceIndex);
    this.#frames += 1;
    this.#bytes += wireLength;
    this.#capturedBytes += length;
    if (length < wireLength) this.#cutFrames += 1;
    sums.frames += 1;
    sums.bytes += wireLength;
    if (isTimed) this.#addTime(frame.seconds, frame.nanoseconds);
    else this.#inOrder = false;
  }

  /** Returns the sums of an interface. */
  sumsOf(index: number): { readonly frames: number; readonly bytes: number } {
    return { ...(this.#byInterface[index] ?? { frames: 0, bytes: 0 }) };
  }

  summary() {
    const duration =
      this.#lastSeconds - this.#firstSeconds + (this.#lastNanoseconds - this.#firstNanoseconds) / NANOSECONDS;
    const times = {
      first: timeText(this.#firstSeconds, this.#firstNanoseconds),
      last: timeText(this.#lastSeconds, this.#lastNanoseconds),
      duration,
    };
    const rates = { framesPerSecond: this.#frames / duration, bytesPerSecond: this.#bytes / duration };
    return {
      frames: this.#frames,
      bytes: this.#bytes,
      capturedBytes: this.#capturedBytes,
      cutFrames: this.#cutFrames,
      ...(this.#timedFrames > 0 ? times : {}),
      ...(this.#timedFrames > 0 && duration > 0 ? rates : {}),
      inOrder: this.#inOrder,
      ...(this.#frames > 0 ? { averageLength: this.#bytes / this.#frames } : {}),
    };
  }

  #addTime(seconds: number, nanoseconds: number): void {
    const isFirst = this.#timedFrames === 0;
    this.#timedFrames += 1;
    if (!isFirst && isBefore(seconds, nanoseconds, this.#previousSeconds, this.#previousNanoseconds)) {
      this.#inOrder = false;
    }
    this.#previousSeconds = seconds;
    this.#previousNanoseconds = nanoseconds;
    if (isFirst || isBefore(seconds, nanoseconds, this.#firstSeconds, this.#firstNanoseconds)) {
      this.#firstSeconds = seconds;
      this.#firstNanoseconds = nanoseconds;
    }
    if (isFirst || isBefore(this.#lastSeconds, this.#lastNanoseconds, seconds, nanoseconds)) {
      this.#lastSeconds = seconds;
      this.#lastNanoseconds = nanoseconds;
    }
  }

  #beginSums(index: number): Sums {
    const sums = { frames: 0, bytes: 0 };
    this.#byInterface[index] = sums;
    return sums;
  }
}

function isBefore(seconds: number, nanoseconds: number, thanSeconds: number, thanNanoseconds: number): boolean {
  return seconds < thanSeconds || (seconds === thanSeconds && nanoseconds < thanNanoseconds);
}

function timeText(seconds: number, nanoseconds: number): InfoTime {
  const fraction = String(nanoseconds).padStart(9, '0');
  const date = new Date(seconds * 1000);
  const epoch = seconds < 0 ? epochBefore1970(seconds, nanoseconds) : `${seconds}.${fraction}`;
  return Number.isNaN(date.getTime())
    ? { epoch }
    : { epoch, utc: `${date.toISOString().slice(0, -'.000Z'.length)}.${fraction}Z` };
}

/** The fraction counts upwards from a negative second. */
function epochBefore1970(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return `${seconds}.000000000`;
  const whole = seconds + 1;
  return `-${Math.abs(whole)}.${String(NANOSECONDS - nanoseconds).padStart(9, '0')}`;
}
