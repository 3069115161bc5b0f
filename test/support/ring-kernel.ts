/** Simulates the kernel side of a TPACKET_V3 ring, which fills blocks in turn (af_packet.c, prb_open_block). @module */
import type { CaptureMemory } from '../../src/capture/memory.ts';
import { BlockHeader, type RingGeometry, TP_STATUS_KERNEL, TP_STATUS_USER } from '../../src/capture/ring/tpacket.ts';
import { type RingFrameSpec, writeBlock } from './ring-block.ts';

export class RingKernel {
  readonly #memory: CaptureMemory;
  readonly #geometry: RingGeometry;
  #filled = 0;

  constructor(memory: CaptureMemory, geometry: RingGeometry) {
    this.#memory = memory;
    this.#geometry = geometry;
  }

  /** True when user space has returned the next block; otherwise the kernel drops frames. */
  get mayFill(): boolean {
    return this.#memory.view.getUint32(this.#block + BlockHeader.status, true) === TP_STATUS_KERNEL;
  }

  /** Writes a block. @returns a function that passes it to user space */
  begin(frames: readonly RingFrameSpec[]): () => void {
    const { view } = this.#memory;
    const block = this.#block;
    this.#filled += 1;
    writeBlock(this.#memory, block, frames);
    view.setBigUint64(block + BlockHeader.sequence, BigInt(this.#filled), true);
    view.setUint32(block + BlockHeader.status, TP_STATUS_KERNEL, true);
    return () => view.setUint32(block + BlockHeader.status, TP_STATUS_USER, true);
  }

  /** Writes a block and passes it to user space. */
  fill(frames: readonly RingFrameSpec[]): void {
    this.begin(frames)();
  }

  get #block(): number {
    return this.#memory.ring + (this.#filled % this.#geometry.blockCount) * this.#geometry.blockSize;
  }
}

/** Returns a ring frame with these bytes and this time. */
export function ringFrame(bytes: Uint8Array, seconds: number, nanoseconds = 0): RingFrameSpec {
  return {
    bytes,
    wireLength: bytes.length,
    seconds,
    nanoseconds,
    status: TP_STATUS_USER,
    vlanTci: 0,
    vlanTpid: 0,
    rxHash: 0,
    protocol: 0x0800,
    interfaceIndex: 1,
    hardwareType: 1,
    packetType: 0,
    address: new Uint8Array(8),
  };
}
