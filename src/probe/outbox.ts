/** The messages of one turn, up to 64, in buffers that are reused in the next turn. @module */
import type { ProbeDraft, ProbeMethod } from './method.ts';
import type { ProbeSpec } from './transport.ts';

/** `sendmmsg` was fastest with 64 messages in the sweep measurements (bench/live). */
export const OUTBOX_LIMIT = 64;

interface Slot {
  token: number;
  destination: Uint8Array;
  bytes: Uint8Array;
  hopLimit?: number;
}

export class Outbox {
  readonly #method: ProbeMethod;
  readonly #slots: Slot[] = [];
  readonly #buffers: Uint8Array[] = [];
  #used = 0;
  #batch: readonly ProbeSpec[] = [];

  constructor(method: ProbeMethod) {
    this.#method = method;
  }

  get isFull(): boolean {
    return this.#used === OUTBOX_LIMIT;
  }

  /** Adds a probe; copies `draft`. @param hopLimit 0 selects the system default */
  add(draft: ProbeDraft, hopLimit = 0): void {
    if (this.#used === this.#slots.length) this.#addSlot();
    const slot = this.#slots[this.#used];
    const buffer = this.#buffers[this.#used];
    if (slot === undefined || buffer === undefined) return;
    const length = this.#method.encode(draft, buffer);
    slot.token = draft.index;
    slot.destination.set(draft.destination);
    slot.bytes = slot.bytes.length === length ? slot.bytes : buffer.subarray(0, length);
    if (hopLimit === 0) delete slot.hopLimit;
    else slot.hopLimit = hopLimit;
    this.#used += 1;
  }

  #addSlot(): void {
    const buffer = new Uint8Array(this.#method.length);
    this.#buffers.push(buffer);
    const destination = new Uint8Array(this.#method.family === 4 ? 4 : 16);
    this.#slots.push({ token: 0, destination, bytes: buffer });
  }

  /** Returns the messages, and empties the outbox. They are valid until the next `add`. */
  take(): readonly ProbeSpec[] {
    if (this.#batch.length !== this.#used) this.#batch = this.#slots.slice(0, this.#used);
    this.#used = 0;
    return this.#batch;
  }
}
