/** The part of a history that one window, or several that overlap, want written. @module */
import type { FlightTrigger } from './options.ts';

/** What is said of one frame is cut off there. */
const MAX_REMARK_LENGTH = 2_000;

export class FlightExcerpt {
  /** That began it. */
  readonly trigger: FlightTrigger;
  /** Position of the first block that is not copied out yet. */
  cursor: number;
  /** Position behind the last block that is wanted so far. */
  to: number;
  /** Nothing more will be wanted. */
  isOver = false;
  /** The output knows of it. */
  isBegun = false;
  /** In the order of their positions. */
  readonly #remarks: { readonly position: number; text: string }[] = [];

  constructor(trigger: FlightTrigger, from: number) {
    this.trigger = trigger;
    this.cursor = from;
    this.to = from;
  }

  /** Blocks of it are still to be copied out. */
  get isBehind(): boolean {
    return this.cursor < this.to;
  }

  /** Something to say about the block at this position, which is not copied out yet. */
  remark(position: number, text: string): void {
    const last = this.#remarks.at(-1);
    if (last?.position !== position) this.#remarks.push({ position, text });
    else if (last.text.length < MAX_REMARK_LENGTH) last.text += `; ${text}`;
  }

  /** Position of the next block that something is said about. */
  get nextRemark(): number {
    return this.#remarks[0]?.position ?? Number.POSITIVE_INFINITY;
  }

  /** What is said about the block at the cursor. */
  takeRemark(): string | undefined {
    return this.nextRemark === this.cursor ? this.#remarks.shift()?.text : undefined;
  }

  /** Goes on after a pause; what has left memory meanwhile is passed over. */
  resume(firstPosition: number): void {
    if (!this.isBehind) this.cursor = Math.max(this.cursor, firstPosition);
  }
}
