/**
 * WebAssembly that writes an accepted frame as a PCAPNG block: gathered in the output area like a PCAP record, or in
 * place, around the frame in the ring, so that the disk can read the ring itself
 * (docs/adr/0018-ring-blocks-are-file-blocks.md). @module
 */

import { BlockType, EnhancedPacket } from '../../pcap/index.ts';
import type { WasmCode, WasmLocal } from '../../wasm/code.ts';
import { FrameHeader } from '../ring/tpacket.ts';
import { FrameCopy, type RecordCode, type WalkLocals } from './record-code.ts';

/** The file has one interface. */
const INTERFACE = 0;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** Header of an Enhanced Packet Block, and its length. */
class BlockHead {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #time: WasmLocal;

  constructor(code: WasmCode, at: WalkLocals) {
    this.#code = code;
    this.#at = at;
    this.#time = code.local('i64');
  }

  /** Sets `target` to the length of the block for the frame. */
  measure(target: WasmLocal): void {
    const overhead = EnhancedPacket.data + EnhancedPacket.trailer;
    this.#code
      .get(this.#at.captured)
      .i32(3 + overhead)
      .op('i32.add')
      .i32(-4)
      .op('i32.and')
      .set(target);
  }

  /** Reads the time from the header of the frame, which the block header may overwrite. */
  readTime(): void {
    const code = this.#code;
    code.get(this.#at.header).load('i64.load32_u', FrameHeader.seconds);
    code.i64(NANOSECONDS_PER_SECOND).op('i64.mul');
    code.get(this.#at.header).load('i64.load32_u', FrameHeader.nanoseconds);
    code.op('i64.add').set(this.#time);
  }

  emit(at: WasmLocal, length: WasmLocal): void {
    const code = this.#code;
    code.get(at).i32(BlockType.enhancedPacket).store('i32.store', EnhancedPacket.type);
    code.get(at).get(length).store('i32.store', EnhancedPacket.length);
    code.get(at).i32(INTERFACE).store('i32.store', EnhancedPacket.interface);
    code.get(at).get(this.#time).i64(32n).op('i64.shr_u').store('i64.store32', EnhancedPacket.timeHigh);
    code.get(at).get(this.#time).store('i64.store32', EnhancedPacket.timeLow);
    code.get(at).get(this.#at.captured).store('i32.store', EnhancedPacket.capturedLength);
    code.get(at).get(this.#at.wire).store('i32.store', EnhancedPacket.wireLength);
  }
}

/** Writes blocks one after the other into the output area. */
export class GatheredBlockCode implements RecordCode {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #head: BlockHead;
  readonly #copy: FrameCopy;
  readonly #cursor: WasmLocal;
  readonly #length: WasmLocal;

  constructor(code: WasmCode, at: WalkLocals) {
    this.#code = code;
    this.#at = at;
    this.#cursor = code.local();
    this.#length = code.local();
    this.#head = new BlockHead(code, at);
    this.#copy = new FrameCopy(code, at, this.#cursor);
  }

  begin(): void {
    this.#code.get(this.#at.output).set(this.#cursor);
  }

  record(): void {
    const code = this.#code;
    this.#head.readTime();
    this.#head.measure(this.#length);
    this.#head.emit(this.#cursor, this.#length);
    code.get(this.#cursor).i32(EnhancedPacket.data).op('i32.add').set(this.#cursor);
    this.#copy.emit();
    closeBlock(code, this.#cursor, this.#length);
  }

  end(): void {
    this.#code.get(this.#cursor).get(this.#at.output).op('i32.sub');
  }
}

/**
 * Writes blocks around the frames in the ring. The kernel's headers and padding between them become filler blocks.
 * There is always room: a frame has 116 bytes of header and headroom before it, of which its block takes 28, a restored
 * tag and a cooked header 24, and the end of the previous block up to 7.
 */
export class PlacedBlockCode implements RecordCode {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #blockSize: number;
  readonly #head: BlockHead;
  /** End of the previous block's data, which lacks its trailer; or the start of the ring block. */
  readonly #cursor: WasmLocal;
  /** Length of the previous block; 0 if there is none. */
  readonly #open: WasmLocal;
  readonly #start: WasmLocal;

  constructor(code: WasmCode, at: WalkLocals, blockSize: number) {
    this.#code = code;
    this.#at = at;
    this.#blockSize = blockSize;
    this.#cursor = code.local();
    this.#open = code.local();
    this.#start = code.local();
    this.#head = new BlockHead(code, at);
  }

  begin(): void {
    this.#code.get(this.#at.block).set(this.#cursor);
  }

  record(): void {
    const code = this.#code;
    const { frame, captured } = this.#at;
    this.#head.readTime();
    this.#alignFrame();
    code.get(frame).i32(EnhancedPacket.data).op('i32.sub').set(this.#start);
    this.#fillUpTo();
    this.#head.measure(this.#open);
    this.#head.emit(this.#start, this.#open);
    code.get(frame).get(captured).op('i32.add').set(this.#cursor);
  }

  end(): void {
    const code = this.#code;
    code.get(this.#at.block).i32(this.#blockSize).op('i32.add').set(this.#start);
    this.#fillUpTo();
    code.i32(this.#blockSize);
  }

  /** Moves the frame to a multiple of 4, if the headroom was not chosen so that it is on one already. */
  #alignFrame(): void {
    const code = this.#code;
    const { frame, captured } = this.#at;
    code.get(frame).i32(3).op('i32.and').if();
    code.get(frame).i32(-4).op('i32.and').get(frame).get(captured).memoryCopy();
    code.get(frame).i32(-4).op('i32.and').set(frame);
    code.end();
  }

  /**
   * Ends the previous block and fills up to `#start`. Not earlier: the trailer may overlap the header of this frame.
   */
  #fillUpTo(): void {
    const code = this.#code;
    code.get(this.#open).if();
    closeBlock(code, this.#cursor, this.#open);
    code.end();
    code.get(this.#cursor).i32(BlockType.filler).store('i32.store', 0);
    code.get(this.#cursor).get(this.#start).get(this.#cursor).op('i32.sub').store('i32.store', 4);
    code.get(this.#start).i32(EnhancedPacket.trailer).op('i32.sub');
    code.get(this.#start).get(this.#cursor).op('i32.sub').store('i32.store', 0);
  }
}

/** Pads the data that ends at `cursor`, writes the trailing length, and moves `cursor` past it. */
function closeBlock(code: WasmCode, cursor: WasmLocal, length: WasmLocal): void {
  code.get(cursor).i32(0).store('i32.store', 0);
  code.get(cursor).i32(3).op('i32.add').i32(-4).op('i32.and').tee(cursor);
  code.get(length).store('i32.store', 0);
  code.get(cursor).i32(EnhancedPacket.trailer).op('i32.add').set(cursor);
}
