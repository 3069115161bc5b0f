/** WebAssembly that writes accepted frames as PCAP records, one after the other, into the output area. @module */

import { PcapRecordHeader, type TimestampPrecision } from '../../pcap/index.ts';
import type { WasmCode, WasmLocal } from '../../wasm/code.ts';
import { FrameHeader } from '../ring/tpacket.ts';

/** Bytes per copy step; a copy may write up to 15 bytes past the end of a record. */
export const COPY_STEP = 16;
/** Longer copies use `memory.copy`, which V8 compiles to a call into C (bench/suites/ring-walk.ts). */
const MAX_STEPPED_COPY = 2048;

/** Locals of the walk that a record is made from. */
export interface WalkLocals {
  /** Parameters: the block, and the start of the output. */
  readonly block: WasmLocal;
  readonly output: WasmLocal;
  /** Address of the frame's `tpacket3_hdr`. */
  readonly header: WasmLocal;
  /** Address of the first byte of the frame. */
  readonly frame: WasmLocal;
  readonly captured: WasmLocal;
  readonly wire: WasmLocal;
}

/** Writes the output part of the pump. Methods leave the operand stack unchanged. */
export interface RecordCode {
  /** Before the first frame. */
  begin(): void;
  /** Records an accepted, finished and cut frame. May overwrite everything in the ring up to its last byte. */
  record(): void;
  /** After the last frame: pushes the number of bytes written. */
  end(): void;
}

export class PcapRecordCode implements RecordCode {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #precision: TimestampPrecision;
  readonly #cursor: WasmLocal;
  readonly #copy: FrameCopy;

  constructor(code: WasmCode, at: WalkLocals, precision: TimestampPrecision) {
    this.#code = code;
    this.#at = at;
    this.#precision = precision;
    this.#cursor = code.local();
    this.#copy = new FrameCopy(code, at, this.#cursor);
  }

  begin(): void {
    this.#code.get(this.#at.output).set(this.#cursor);
  }

  record(): void {
    const code = this.#code;
    const { header, captured, wire } = this.#at;
    code.get(this.#cursor).get(header).load('i32.load', FrameHeader.seconds);
    code.store('i32.store', PcapRecordHeader.seconds);
    code.get(this.#cursor).get(header).load('i32.load', FrameHeader.nanoseconds);
    if (this.#precision === 'micro') code.i32(1000).op('i32.div_u');
    code.store('i32.store', PcapRecordHeader.fraction);
    code.get(this.#cursor).get(captured).store('i32.store', PcapRecordHeader.capturedLength);
    code.get(this.#cursor).get(wire).store('i32.store', PcapRecordHeader.wireLength);
    code.get(this.#cursor).i32(PcapRecordHeader.length).op('i32.add').set(this.#cursor);
    this.#copy.emit();
  }

  end(): void {
    this.#code.get(this.#cursor).get(this.#at.output).op('i32.sub');
  }
}

/** Copies the captured bytes of the frame to the cursor, which moves past them. */
export class FrameCopy {
  readonly #code: WasmCode;
  readonly #at: WalkLocals;
  readonly #cursor: WasmLocal;
  readonly #source: WasmLocal;
  readonly #end: WasmLocal;

  constructor(code: WasmCode, at: WalkLocals, cursor: WasmLocal) {
    this.#code = code;
    this.#at = at;
    this.#cursor = cursor;
    this.#source = code.local();
    this.#end = code.local();
  }

  emit(): void {
    const code = this.#code;
    const { frame, captured } = this.#at;
    code.get(captured).i32(MAX_STEPPED_COPY).op('i32.gt_u').if();
    code.get(this.#cursor).get(frame).get(captured).memoryCopy();
    code.get(this.#cursor).get(captured).op('i32.add').set(this.#cursor);
    code.else();
    code.get(this.#cursor).get(captured).op('i32.add').set(this.#end);
    code.get(frame).set(this.#source);
    const copied = code.block();
    const step = code.loop();
    code.get(this.#cursor).get(this.#end).op('i32.ge_u').branchIf(copied);
    code.get(this.#cursor).get(this.#source).load('v128.load').store('v128.store');
    code.get(this.#cursor).i32(COPY_STEP).op('i32.add').set(this.#cursor);
    code.get(this.#source).i32(COPY_STEP).op('i32.add').set(this.#source);
    code.branch(step);
    code.end(); // step
    code.end(); // copied
    code.get(this.#end).set(this.#cursor);
    code.end();
  }
}
