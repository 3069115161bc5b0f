/**
 * The state of the last `capacity` probes, in arrays of numbers, so that memory stays constant over millions of probes.
 * An older probe is unknown, and a reply to it does not match. @module
 */

/** States of a probe. `expired` may still become `late`; the others are final. */
export const ProbeState = { free: 0, sent: 1, replied: 2, late: 3, error: 4, expired: 5, refused: 6 } as const;
export type ProbeState = (typeof ProbeState)[keyof typeof ProbeState];

/** Two cycles of 16-bit sequence numbers, so that a duplicate of the previous cycle is still recognised. */
const DEFAULT_CAPACITY = 0x2_0000;
const INITIAL_CAPACITY = 256;
const SEQUENCE_MASK = 0xffff;
const SEQUENCE_COUNT = 0x1_0000;

export class ProbeTable {
  readonly #capacity: number;
  #room: number;
  #next = 0;
  #sentAt: Float64Array;
  #state: Uint8Array;
  #duplicates: Uint16Array;
  #owner: Uint32Array;
  #kernelSent: Uint8Array;

  /** @param capacity number of probes to keep, rounded up to a power of two */
  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)));
    this.#room = Math.min(INITIAL_CAPACITY, this.#capacity);
    this.#sentAt = new Float64Array(this.#room);
    this.#state = new Uint8Array(this.#room);
    this.#duplicates = new Uint16Array(this.#room);
    this.#owner = new Uint32Array(this.#room);
    this.#kernelSent = new Uint8Array(this.#room);
  }

  /** Adds a probe. @param owner a number of the engine's: hop, target, position @returns its index */
  add(owner: number, sentAt: number): number {
    if (this.#next >= this.#room && this.#room < this.#capacity) this.#grow();
    const index = this.#next;
    const slot = this.#slot(index);
    this.#sentAt[slot] = sentAt;
    this.#state[slot] = ProbeState.sent;
    this.#duplicates[slot] = 0;
    this.#owner[slot] = owner;
    this.#kernelSent[slot] = 0;
    this.#next = index + 1;
    return index;
  }

  #slot(index: number): number {
    return index & (this.#room - 1); // a power of two
  }

  #grow(): void {
    // A slot is index modulo room. All indexes are below the old room here, so no slot moves.
    const room = Math.min(this.#room * 2, this.#capacity);
    this.#sentAt = enlarge(this.#sentAt, new Float64Array(room));
    this.#state = enlarge(this.#state, new Uint8Array(room));
    this.#duplicates = enlarge(this.#duplicates, new Uint16Array(room));
    this.#owner = enlarge(this.#owner, new Uint32Array(room));
    this.#kernelSent = enlarge(this.#kernelSent, new Uint8Array(room));
    this.#room = room;
  }

  /** Number of probes added, and the index of the next one. */
  get size(): number {
    return this.#next;
  }

  knows(index: number): boolean {
    return index >= 0 && index < this.#next && index >= this.#next - this.#room;
  }

  /** Returns the newest probe whose low 16 bits are `sequence`; -1 without one. */
  bySequence(sequence: number): number {
    const last = this.#next - 1;
    if (last < 0) return -1;
    let index = last - ((last - sequence) & SEQUENCE_MASK);
    if (index > last) index -= SEQUENCE_COUNT;
    return this.knows(index) ? index : -1;
  }

  /** Returns the probe of a match, or -1. */
  resolve(index: number, isFullIndex: boolean): number {
    if (!isFullIndex) return this.bySequence(index);
    return this.knows(index) ? index : -1;
  }

  state(index: number): ProbeState {
    return (this.#state[this.#slot(index)] ?? 0) as ProbeState;
  }

  setState(index: number, state: ProbeState): void {
    this.#state[this.#slot(index)] = state;
  }

  sentAt(index: number): number {
    return this.#sentAt[this.#slot(index)] ?? 0;
  }

  /** Corrects the time of sending. */
  setSentAt(index: number, time: number, isKernel: boolean): void {
    const slot = this.#slot(index);
    this.#sentAt[slot] = time;
    this.#kernelSent[slot] = isKernel ? 1 : 0;
  }

  isKernelSent(index: number): boolean {
    return this.#kernelSent[this.#slot(index)] === 1;
  }

  owner(index: number): number {
    return this.#owner[this.#slot(index)] ?? 0;
  }

  /** Counts a duplicate reply. @returns the number of duplicates */
  addDuplicate(index: number): number {
    const slot = this.#slot(index);
    const count = Math.min((this.#duplicates[slot] ?? 0) + 1, 0xffff);
    this.#duplicates[slot] = count;
    return count;
  }
}

function enlarge<Numbers extends Float64Array | Uint8Array | Uint16Array | Uint32Array>(
  from: Numbers,
  to: Numbers,
): Numbers {
  to.set(from);
  return to;
}
