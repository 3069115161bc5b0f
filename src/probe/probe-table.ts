/**
 * What became of every probe, in arrays of numbers: 10 million probes are 130 MB of nothing kept, since only the last
 * `capacity` are. A probe that fell out is unknown, and an answer to it counts as unmatched. @module
 */

/** States of a probe. `expired` may still become `late`; the others are final. */
export const ProbeState = { free: 0, sent: 1, replied: 2, late: 3, error: 4, expired: 5, refused: 6 } as const;
export type ProbeState = (typeof ProbeState)[keyof typeof ProbeState];

/** Two rounds of 16-bit sequence numbers, so that a duplicate of the round before is still known for what it is. */
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

  /** @param capacity how many probes to remember; rounded up to a power of two */
  constructor(capacity = DEFAULT_CAPACITY) {
    this.#capacity = 2 ** Math.ceil(Math.log2(Math.max(2, capacity)));
    this.#room = Math.min(INITIAL_CAPACITY, this.#capacity);
    this.#sentAt = new Float64Array(this.#room);
    this.#state = new Uint8Array(this.#room);
    this.#duplicates = new Uint16Array(this.#room);
    this.#owner = new Uint32Array(this.#room);
    this.#kernelSent = new Uint8Array(this.#room);
  }

  /** A new probe. @param owner whatever the engine wants to find again: hop, target, position */
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
    // Slots are index modulo room, and all of them lie below the old room here, so places stay what they are.
    const room = Math.min(this.#room * 2, this.#capacity);
    this.#sentAt = enlarge(this.#sentAt, new Float64Array(room));
    this.#state = enlarge(this.#state, new Uint8Array(room));
    this.#duplicates = enlarge(this.#duplicates, new Uint16Array(room));
    this.#owner = enlarge(this.#owner, new Uint32Array(room));
    this.#kernelSent = enlarge(this.#kernelSent, new Uint8Array(room));
    this.#room = room;
  }

  /** How many probes there ever were; also the next one's index. */
  get size(): number {
    return this.#next;
  }

  knows(index: number): boolean {
    return index >= 0 && index < this.#next && index >= this.#next - this.#room;
  }

  /** The newest probe whose low 16 bits are `sequence`; -1 when there is none. */
  bySequence(sequence: number): number {
    const last = this.#next - 1;
    if (last < 0) return -1;
    let index = last - ((last - sequence) & SEQUENCE_MASK);
    if (index > last) index -= SEQUENCE_COUNT;
    return this.knows(index) ? index : -1;
  }

  /** The probe that a match is about, or -1. */
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

  /** Puts the time right once it is known better. */
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

  /** Counts one more answer than expected. @returns how many there are now */
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
