/** The blocks of a TPACKET_V3 ring in the order in which the kernel fills them. @module */
import { POISON } from '../../base/frame.ts';
import type { CaptureMemory } from '../memory.ts';
import { BlockHeader, type RingGeometry, TP_STATUS_KERNEL, TP_STATUS_USER } from './tpacket.ts';

/** Holds many of the largest frames that segmentation offload produces (64 KiB). */
const PREFERRED_BLOCK_SIZE = 1 << 20;
const MIN_BLOCK_SIZE = 1 << 17;
/** With fewer blocks the kernel has nowhere to write while we read. */
const MIN_BLOCKS = 4;
/** Minimum time in milliseconds that a ring holds when timeouts deliver each block with a frame or two. */
const MIN_STAY = 1000;

/**
 * Splits a buffer into blocks.
 * @param bufferSize bytes; rounded up to whole blocks
 * @param blockTimeout milliseconds until a partially filled block is delivered
 */
export function ringGeometry(bufferSize: number, blockTimeout: number): RingGeometry {
  let blockSize = PREFERRED_BLOCK_SIZE;
  const fewest = Math.max(MIN_BLOCKS, MIN_STAY / blockTimeout);
  while (blockSize > MIN_BLOCK_SIZE && bufferSize / blockSize < fewest) blockSize /= 2;
  return { blockSize, blockCount: Math.max(MIN_BLOCKS, Math.ceil(bufferSize / blockSize)), blockTimeout };
}

/** Reads the ring's status words. The kernel writes the status last, so it is loaded first. */
export class BlockRing {
  readonly #memory: CaptureMemory;
  readonly #geometry: RingGeometry;
  /** 1 for each block that is taken. Its status word still says that it is ours. */
  readonly #taken: Uint8Array;
  #takenCount = 0;
  #next = 0;
  #takenEver = 0;
  /** Sequence number of the block taken last; the kernel counts the blocks that it begins, from 1. */
  #sequence = 0;
  #hasEnded = false;
  #onAllReturned: () => void = () => {};
  /** Whether to overwrite the frames of a block that is returned. */
  readonly poison: boolean;

  constructor(memory: CaptureMemory, geometry: RingGeometry, poison: boolean) {
    this.#memory = memory;
    this.#geometry = geometry;
    this.poison = poison;
    this.#taken = new Uint8Array(geometry.blockCount);
  }

  get blockCount(): number {
    return this.#geometry.blockCount;
  }

  get blockSize(): number {
    return this.#geometry.blockSize;
  }

  /** Blocks taken so far, including returned ones. */
  get takenEver(): number {
    return this.#takenEver;
  }

  /** Some blocks are taken. poll(2) may report the socket readable then although there is nothing new. */
  get isLent(): boolean {
    return this.#takenCount > 0;
  }

  /** Returns the offset of the next block that is ours to read, or undefined. Does not take it. */
  peek(): number | undefined {
    if (this.#taken[this.#next] === 1) return undefined;
    const block = this.#memory.ring + this.#next * this.#geometry.blockSize;
    const status = Atomics.load(this.#memory.words, (block + BlockHeader.status) >>> 2);
    return (status & TP_STATUS_USER) !== 0 || (this.#hasEnded && this.#isBegun(block)) ? block : undefined;
  }

  /**
   * Nothing enters the ring any more: the block that the kernel was filling is ours too, although its status does not
   * say so.
   */
  end(): void {
    this.#hasEnded = true;
  }

  /** Returns whether the kernel has delivered the block and will not touch it. */
  isHandedOver(block: number): boolean {
    return ((this.#memory.words[(block + BlockHeader.status) >>> 2] ?? 0) & TP_STATUS_USER) !== 0;
  }

  /** Returns whether the block has frames of this round. */
  #isBegun(block: number): boolean {
    const isNext = this.#sequenceOf(block) === (this.#sequence + 1) >>> 0;
    return isNext && this.#memory.words[(block + BlockHeader.frames) >>> 2] !== 0;
  }

  #sequenceOf(block: number): number {
    return (this.#memory.words[(block + BlockHeader.sequence) >>> 2] ?? 0) >>> 0;
  }

  /**
   * Nothing is in the ring except for taken blocks: the kernel counts the frames of a block while it fills it
   * (af_packet.c, prb_fill_curr_block), long before it delivers the block.
   */
  get isEmpty(): boolean {
    if (this.#taken[this.#next] === 1) return false;
    const block = this.#memory.ring + this.#next * this.#geometry.blockSize;
    return Atomics.load(this.#memory.words, (block + BlockHeader.frames) >>> 2) === 0 && this.peek() === undefined;
  }

  /** Takes the block that `peek` returned and advances to the next. */
  take(): number {
    const block = this.#memory.ring + this.#next * this.#geometry.blockSize;
    this.#taken[this.#next] = 1;
    this.#takenCount += 1;
    this.#takenEver += 1;
    this.#sequence = this.#sequenceOf(block);
    this.#next = (this.#next + 1) % this.#geometry.blockCount;
    return block;
  }

  /** Returns a block to the kernel. */
  giveBack(block: number): void {
    // The kernel owns the block header; it rewrites frame headers.
    if (this.poison) this.#memory.bytes.fill(POISON, block + BlockHeader.size, block + this.#geometry.blockSize);
    this.#taken[(block - this.#memory.ring) / this.#geometry.blockSize] = 0;
    this.#takenCount -= 1;
    Atomics.store(this.#memory.words, (block + BlockHeader.status) >>> 2, TP_STATUS_KERNEL);
    if (this.#takenCount === 0) this.#onAllReturned();
  }

  /** Resolves when no block is taken. */
  async allReturned(): Promise<void> {
    if (!this.isLent) return;
    await new Promise<void>((resolve) => {
      this.#onAllReturned = resolve;
    });
  }

  /** Returns the block that `peek` returned to the kernel and advances to the next. */
  release(): void {
    this.giveBack(this.take());
  }
}
