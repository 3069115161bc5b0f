/** The part of a history to be written for one window, or for several that overlap. @module */
import type { FlightTrigger } from './options.ts';

/** Maximum length of the remarks on one frame, in characters. */
const MAX_REMARK_LENGTH = 2_000;

export class FlightExcerpt {
  /** The trigger that began it. */
  readonly trigger: FlightTrigger;
  /** Position of the next block to copy. */
  cursor: number;
  /** Position after the last block to copy so far. */
  to: number;
  /** The excerpt will not grow any more. */
  isOver = false;
  /** The window was begun in the output. */
  isBegun = false;
  /** In order of position. */
  readonly #remarks: { readonly position: number; text: string }[] = [];

  constructor(trigger: FlightTrigger, from: number) {
    this.trigger = trigger;
    this.cursor = from;
    this.to = from;
  }

  /** Blocks are waiting to be copied. */
  get isBehind(): boolean {
    return this.cursor < this.to;
  }

  /** Adds a remark on the block at this position, which was not copied yet. */
  remark(position: number, text: string): void {
    const last = this.#remarks.at(-1);
    if (last?.position !== position) this.#remarks.push({ position, text });
    else if (last.text.length < MAX_REMARK_LENGTH) last.text += `; ${text}`;
  }

  /** Position of the next block with a remark. */
  get nextRemark(): number {
    return this.#remarks[0]?.position ?? Number.POSITIVE_INFINITY;
  }

  /** Returns and removes the remark on the block at the cursor. */
  takeRemark(): string | undefined {
    return this.nextRemark === this.cursor ? this.#remarks.shift()?.text : undefined;
  }

  /** Continues after a pause. Blocks evicted meanwhile are skipped. */
  resume(firstPosition: number): void {
    if (!this.isBehind) this.cursor = Math.max(this.cursor, firstPosition);
  }
}
