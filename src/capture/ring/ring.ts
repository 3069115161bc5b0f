/** The blocks of a TPACKET_V3 ring in the order in which the kernel fills them. @module */
import { POISON } from '../../base/frame.ts';
import type { CaptureMemory } from '../memory.ts';
import { BlockHeader, type RingGeometry, TP_STATUS_KERNEL, TP_STATUS_USER } from './tpacket.ts';

/** A block this large takes the largest frame that segmentation offload makes (64 KiB) many times over. */
const PREFERRED_BLOCK_SIZE = 1 << 20;
const MIN_BLOCK_SIZE = 1 << 17;
/** With fewer the kernel has nowhere to write while we read. */
const MIN_BLOCKS = 4;
/** Milliseconds that a ring should last when each block is handed over with a frame or two in it, its time being up. */
const MIN_STAY = 1000;

/**
 * Splits a buffer into blocks.
 * @param bufferSize bytes; rounded up to whole blocks
 * @param blockTimeout milliseconds until a block that is not full is handed over
 */
export function ringGeometry(bufferSize: number, blockTimeout: number): RingGeometry {
  let blockSize = PREFERRED_BLOCK_SIZE;
  const fewest = Math.max(MIN_BLOCKS, MIN_STAY / blockTimeout);
  while (blockSize > MIN_BLOCK_SIZE && bufferSize / blockSize < fewest) blockSize /= 2;
  return { blockSize, blockCount: Math.max(MIN_BLOCKS, Math.ceil(bufferSize / blockSize)), blockTimeout };
}

/** Reads the ring's hand-over words; the memory order is the kernel's: status last, so we load it first. */
export class BlockRing {
  readonly #memory: CaptureMemory;
  readonly #geometry: RingGeometry;
  /** By block: 1 while it is taken. Its status word says then what it said before, that it is ours. */
  readonly #taken: Uint8Array;
  #takenCount = 0;
  #next = 0;
  #takenEver = 0;
  /** Of the block taken last: the kernel numbers the blocks that it begins, from 1. */
  #sequence = 0;
  #hasEnded = false;
  #onAllReturned: () => void = () => {};
  /** Whether the frames of a block are overwritten when it goes back. */
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

  /** Blocks taken so far, those that have gone back too. */
  get takenEver(): number {
    return this.#takenEver;
  }

  /** Some blocks are taken. Then poll(2) may call the socket readable although there is nothing new. */
  get isLent(): boolean {
    return this.#takenCount > 0;
  }

  /** Offset in the capture memory of the block that is ours to read now, or undefined. Takes nothing. */
  peek(): number | undefined {
    if (this.#taken[this.#next] === 1) return undefined;
    const block = this.#memory.ring + this.#next * this.#geometry.blockSize;
    const status = Atomics.load(this.#memory.words, (block + BlockHeader.status) >>> 2);
    return (status & TP_STATUS_USER) !== 0 || (this.#hasEnded && this.#isBegun(block)) ? block : undefined;
  }

  /** Nothing enters any more: from now on the block that the kernel was filling is ours, too, although it has not said so. */
  end(): void {
    this.#hasEnded = true;
  }

  /** The kernel has said that the block is ours, and will not touch it. */
  isHandedOver(block: number): boolean {
    return ((this.#memory.words[(block + BlockHeader.status) >>> 2] ?? 0) & TP_STATUS_USER) !== 0;
  }

  /** It has frames, and they are not those of the last time round. */
  #isBegun(block: number): boolean {
    const isNext = this.#sequenceOf(block) === (this.#sequence + 1) >>> 0;
    return isNext && this.#memory.words[(block + BlockHeader.frames) >>> 2] !== 0;
  }

  #sequenceOf(block: number): number {
    return (this.#memory.words[(block + BlockHeader.sequence) >>> 2] ?? 0) >>> 0;
  }

  /**
   * Whether nothing at all is in the ring, but for the blocks taken: the kernel counts the frames of the block that it is
   * filling there as it writes them (af_packet.c, prb_fill_curr_block), long before it hands the block over.
   */
  get isEmpty(): boolean {
    if (this.#taken[this.#next] === 1) return false;
    const block = this.#memory.ring + this.#next * this.#geometry.blockSize;
    return Atomics.load(this.#memory.words, (block + BlockHeader.frames) >>> 2) === 0 && this.peek() === undefined;
  }

  /** Takes the block that `peek` told, for as long as the caller likes, and goes on to the next. */
  take(): number {
    const block = this.#memory.ring + this.#next * this.#geometry.blockSize;
    this.#taken[this.#next] = 1;
    this.#takenCount += 1;
    this.#takenEver += 1;
    this.#sequence = this.#sequenceOf(block);
    this.#next = (this.#next + 1) % this.#geometry.blockCount;
    return block;
  }

  /** The block is the kernel's again. */
  giveBack(block: number): void {
    // The block's head is the kernel's own; the heads of frames it writes anew.
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

  /** Gives the block that `peek` told back to the kernel and goes on to the next. */
  release(): void {
    this.giveBack(this.take());
  }
}
