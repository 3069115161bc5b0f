/** Finds frames that repeat one of the frames before them, like editcap. @module */
import { createHash } from 'node:crypto';
import type { FrameView } from '../../base/frame.ts';

/** Which frames are compared: those that meet both limits. */
export interface DuplicateOptions {
  /** Number of frames before this one. */
  readonly frames: number;
  /** Nanoseconds before this one. Default: any time. */
  readonly nanoseconds?: number;
}

/** Compares lengths and digests, since a file may be made to collide under a weaker hash. */
export class DuplicateWindow {
  readonly #options: DuplicateOptions;
  readonly #digests: string[] = [];
  readonly #seconds: Float64Array;
  readonly #nanoseconds: Uint32Array;
  #count = 0;

  constructor(options: DuplicateOptions) {
    this.#options = options;
    this.#seconds = new Float64Array(options.frames);
    this.#nanoseconds = new Uint32Array(options.frames);
  }

  /** Returns whether the frame repeats another; it is compared with later ones in any case. */
  repeats(frame: FrameView): boolean {
    const { frames, nanoseconds = Number.POSITIVE_INFINITY } = this.#options;
    const bytes = frame.data.subarray(frame.offset, frame.offset + frame.length);
    const digest = createHash('sha256').update(bytes).digest('base64');
    let found = false;
    for (let back = 1; back <= Math.min(frames, this.#count) && !found; back += 1) {
      const at = (this.#count - back) % frames;
      const age = (frame.seconds - (this.#seconds[at] ?? 0)) * 1e9 + frame.nanoseconds - (this.#nanoseconds[at] ?? 0);
      if (age > nanoseconds) break;
      found = this.#digests[at] === digest;
    }
    const at = this.#count % frames;
    this.#digests[at] = digest;
    this.#seconds[at] = frame.seconds;
    this.#nanoseconds[at] = frame.nanoseconds;
    this.#count += 1;
    return found;
  }
}
