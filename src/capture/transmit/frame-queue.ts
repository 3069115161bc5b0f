/**
 * Frames to be sent: their bytes in one buffer that the kernel reads, and the time when each is due. Filled with a
 * batch, sent in parts, cleared, filled again; it grows to the size of the largest batch. @module
 */

const FIRST_BYTES = 1 << 20;
const FIRST_FRAMES = 4096;

export class FrameQueue {
  /** `reserve` may replace it. */
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  #offsets = new Uint32Array(FIRST_FRAMES);
  #lengths = new Uint32Array(FIRST_FRAMES);
  #dues = new Float64Array(FIRST_FRAMES);
  #size = 0;
  #end = 0;

  /** Frames in the queue. */
  get size(): number {
    return this.#size;
  }

  /** Removes all frames. */
  clear(): void {
    this.#size = 0;
    this.#end = 0;
  }

  /** Reserves up to `length` bytes for a frame. @returns their offset in `bytes` */
  reserve(length: number): number {
    if (this.#end + length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.#end + length));
      larger.set(this.bytes.subarray(0, this.#end));
      this.bytes = larger;
    }
    return this.#end;
  }

  /**
   * Adds the frame written at the reserved offset.
   * @param due a time of the sender's clock
   */
  add(length: number, due: number): void {
    const at = this.#size;
    if (at === this.#offsets.length) this.#growColumns();
    this.#offsets[at] = this.#end;
    this.#lengths[at] = length;
    this.#dues[at] = due;
    this.#size = at + 1;
    this.#end += length;
  }

  offsetOf(frame: number): number {
    return this.#offsets[frame] as number;
  }

  lengthOf(frame: number): number {
    return this.#lengths[frame] as number;
  }

  dueOf(frame: number): number {
    return this.#dues[frame] as number;
  }

  #growColumns(): void {
    const capacity = this.#offsets.length * 2;
    const offsets = new Uint32Array(capacity);
    const lengths = new Uint32Array(capacity);
    const dues = new Float64Array(capacity);
    offsets.set(this.#offsets);
    lengths.set(this.#lengths);
    dues.set(this.#dues);
    this.#offsets = offsets;
    this.#lengths = lengths;
    this.#dues = dues;
  }
}
