/**
 * How the pump puts an accepted frame down as a PCAPNG block: gathered in the output area like a PCAP record, or in
 * place, around the frame where the kernel left it in the ring, so that the disk can take the ring's memory as it is
 * (docs/adr/0018-ring-blocks-are-file-blocks.md). @module
 */

import { BlockType, EnhancedPacket } from '../../pcap/index.ts';
import type { WasmCode, WasmLocal } from '../../wasm/code.ts';
import { FrameHeader } from '../ring/tpacket.ts';
import { FrameCopy, type RecordCode, type WalkLocals } from './record-code.ts';

/** The file has one interface. */
const INTERFACE = 0;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;

/** The head of an Enhanced Packet Block, and its length. */
class BlockHead {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #time: WasmLocal;

  constructor(code: WasmCode, at: WalkLocals) {
    this.#code = code;
    this.#at = at;
    this.#time = code.local('i64');
  }

  /** Sets `target` to the length of the frame's block. */
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

  /** Takes the time out of the frame's header, which the head may be about to overwrite. */
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

/** Blocks one behind the other in the output area. */
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
 * Blocks where the frames are. What lies between them, the kernel's own headers and padding, becomes blocks of a type
 * that every reader passes over. There is always room: a frame has 116 bytes of header and headroom before it, of which
 * its block takes 28, a tag or a cooked header that was put back 24, and the end of the block before it up to 7.
 */
export class PlacedBlockCode implements RecordCode {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #blockSize: number;
  readonly #head: BlockHead;
  /** Behind the data of the block before, which lacks its end; or the ring block's start. */
  readonly #cursor: WasmLocal;
  /** Length of the block before; 0 when there is none. */
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

  /** Data begins on a multiple of 4. The headroom is chosen so that it does; if ever not, the frame is moved. */
  #alignFrame(): void {
    const code = this.#code;
    const { frame, captured } = this.#at;
    code.get(frame).i32(3).op('i32.and').if();
    code.get(frame).i32(-4).op('i32.and').get(frame).get(captured).memoryCopy();
    code.get(frame).i32(-4).op('i32.and').set(frame);
    code.end();
  }

  /** Ends the block before, and fills from there to `#start`. Only now: its end may lie in this frame's header. */
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

/** Pads the data that ends at `cursor` and writes the length behind it; `cursor` moves behind that. */
function closeBlock(code: WasmCode, cursor: WasmLocal, length: WasmLocal): void {
  code.get(cursor).i32(0).store('i32.store', 0);
  code.get(cursor).i32(3).op('i32.add').i32(-4).op('i32.and').tee(cursor);
  code.get(length).store('i32.store', 0);
  code.get(cursor).i32(EnhancedPacket.trailer).op('i32.add').set(cursor);
}
