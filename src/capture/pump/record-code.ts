/** How the pump puts an accepted frame down as a PCAP record, one behind the other in the output area. @module */

import { PcapRecordHeader, type TimestampPrecision } from '../../pcap/index.ts';
import type { WasmCode, WasmLocal } from '../../wasm/code.ts';
import { FrameHeader } from '../ring/tpacket.ts';

/** Copies go in steps of this many bytes, so one may write that much less one past a record's end. */
export const COPY_STEP = 16;
/** Above this length one `memory.copy`, which V8 makes a call into C, beats steps (bench/suites/ring-walk.ts). */
const MAX_STEPPED_COPY = 2048;

/** Where the walk has what a record is made of. */
export interface WalkLocals {
  /** Parameters: the block, and where the output begins. */
  readonly block: WasmLocal;
  readonly output: WasmLocal;
  /** Address of the frame's `tpacket3_hdr`. */
  readonly header: WasmLocal;
  /** Address of the frame's first byte. */
  readonly frame: WasmLocal;
  readonly captured: WasmLocal;
  readonly wire: WasmLocal;
}

/** Writes the part of the pump that is about the output. Each method leaves the operand stack as it found it. */
export interface RecordCode {
  /** Before the first frame. */
  begin(): void;
  /** An accepted frame, finished and cut. May overwrite everything in the ring before the frame's last byte. */
  record(): void;
  /** After the last frame: pushes how many bytes there are now. */
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

/** Copies the frame's captured bytes to the cursor, which moves behind them. */
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
