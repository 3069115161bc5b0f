/**
 * The reference walk over a TPACKET_V3 block: filters, finishes and lends frame by frame in TypeScript. Works with
 * every engine and without WebAssembly; recording to a file uses the pump instead. @module
 */
import { StackError } from '../../base/errors.ts';
import type { FrameBatch, FrameView } from '../../base/frame.ts';
import type { CaptureMemory } from '../memory.ts';
import { RingFrame } from './ring-frame.ts';
import { BlockHeader } from './tpacket.ts';

/** Returns the number of bytes to keep; 0 rejects the frame. */
export type RingFilter = (frame: RingFrame) => number;

export interface WalkSettings {
  readonly cooked: boolean;
  readonly skipsLoopbackOutgoing: boolean;
  readonly snapLength: number;
  /** Called before the first frame. Undefined accepts every frame whole. */
  readonly createFilter: (() => RingFilter) | undefined;
}

/** One batch serves all blocks of a ring. */
export class BlockBatch implements FrameBatch {
  readonly #memory: CaptureMemory;
  readonly #settings: WalkSettings;
  readonly #frame: RingFrame;
  #filter: RingFilter | undefined;
  #block = 0;
  #visited = true;
  /** Frames visited so far, which the filter accepted. */
  accepted = 0;
  /** Frames visited so far that were cut. */
  truncated = 0;
  /** Frames visited so far with a restored VLAN tag. */
  vlanTags = 0;

  constructor(memory: CaptureMemory, settings: WalkSettings) {
    this.#memory = memory;
    this.#settings = settings;
    this.#frame = new RingFrame(memory, settings.cooked);
  }

  /** Points at the block at offset `block` of the capture memory. */
  wrap(block: number): this {
    this.#block = block;
    this.#visited = false;
    return this;
  }

  /** Frames in the block, before the filter. */
  get size(): number {
    return this.#memory.view.getUint32(this.#block + BlockHeader.frames, true);
  }

  /** Visits the accepted frames. @throws StackError `BATCH_VISITED` the second time: frames are finished in place */
  forEach(visit: (frame: FrameView) => void): void {
    if (this.#visited) throw new StackError('BATCH_VISITED', 'a batch of live frames can be visited only once');
    this.#visited = true;
    const frame = this.#frame;
    const { createFilter, snapLength, skipsLoopbackOutgoing } = this.#settings;
    this.#filter ??= createFilter?.();
    const filter = this.#filter;
    let header = this.#block + this.#memory.view.getUint32(this.#block + BlockHeader.firstFrame, true);
    for (let remaining = this.size; remaining > 0; remaining -= 1) {
      frame.wrap(header);
      header += frame.nextOffset;
      if (skipsLoopbackOutgoing && frame.isLoopbackOutgoing) continue;
      const keep = filter === undefined ? snapLength : filter(frame);
      if (keep === 0) continue;
      this.accepted += 1;
      if (frame.finish()) this.vlanTags += 1;
      frame.cut(keep < snapLength ? keep : snapLength);
      if (frame.length < frame.wireLength) this.truncated += 1;
      visit(frame);
    }
  }
}
