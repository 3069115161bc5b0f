/** WebAssembly of the pump: what `BlockBatch` and `RingFrame` do in TypeScript, instruction by instruction. @module */
import { AncillaryLayout, type BpfInstruction, emitFilterBody, usesAncillary } from '../../bpf/index.ts';
import type { RecordFormat } from '../../pcap/index.ts';
import type { WasmCode, WasmLocal } from '../../wasm/code.ts';
import { PacketType } from '../../wire/linux-cooked.ts';
import { HardwareType } from '../device.ts';
import { BlockHeader, FrameHeader, LinkLayerAddress } from '../ring/tpacket.ts';
import { GatheredBlockCode, PlacedBlockCode } from './block-code.ts';
import { FrameHeadCode } from './frame-head-code.ts';
import { PcapRecordCode, type RecordCode, type WalkLocals } from './record-code.ts';

export interface PumpSettings {
  readonly cooked: boolean;
  readonly skipsLoopbackOutgoing: boolean;
  readonly snapLength: number;
  /** Undefined accepts every frame whole. */
  readonly instructions: readonly BpfInstruction[] | undefined;
  readonly format: RecordFormat;
  /**
   * PCAPNG only: ring blocks of this size become blocks of the file in place, and nothing is written to the output
   * area.
   */
  readonly placeInBlocksOf?: number;
}

/**
 * Offsets in the scratch area: results of the last call, counters since the start (modulo 2^32), and the ancillary
 * words of the filter.
 */
export const PumpScratch = {
  frames: 0,
  frameBytes: 4,
  truncated: 8,
  vlanTags: 12,
  accepted: 16,
  ancillary: 64,
} as const;

/** Writes the body of `record(block, output, limit)`. Methods leave the operand stack unchanged. */
export class PumpEmitter {
  readonly #code: WasmCode;
  readonly #scratch: number;
  readonly #settings: PumpSettings;
  readonly #records: RecordCode;
  readonly #head: FrameHeadCode;
  // Parameters.
  readonly #block = 0;
  readonly #output = 1;
  readonly #limit = 2;
  // Locals.
  readonly #remaining: WasmLocal;
  readonly #header: WasmLocal;
  readonly #next: WasmLocal;
  readonly #frame: WasmLocal;
  readonly #captured: WasmLocal;
  readonly #wire: WasmLocal;
  readonly #keep: WasmLocal;
  readonly #frames: WasmLocal;
  readonly #frameBytes: WasmLocal;
  readonly #ancillary: WasmLocal;
  readonly #truncated: WasmLocal;
  readonly #vlanTags: WasmLocal;

  /** @param scratch address of `PumpScratch` */
  constructor(code: WasmCode, scratch: number, settings: PumpSettings) {
    this.#code = code;
    this.#scratch = scratch;
    this.#settings = settings;
    this.#remaining = code.local();
    this.#header = code.local();
    this.#next = code.local();
    this.#frame = code.local();
    this.#captured = code.local();
    this.#wire = code.local();
    this.#keep = code.local();
    this.#frames = code.local();
    this.#frameBytes = code.local();
    this.#ancillary = code.local();
    this.#truncated = code.local();
    this.#vlanTags = code.local();
    const walk = {
      block: this.#block,
      output: this.#output,
      header: this.#header,
      frame: this.#frame,
      captured: this.#captured,
      wire: this.#wire,
    };
    this.#records = createRecordCode(code, settings, walk);
    this.#head = new FrameHeadCode(code, walk);
  }

  emit(): void {
    const code = this.#code;
    code.get(this.#block).load('i32.load', BlockHeader.frames).set(this.#remaining);
    code.get(this.#block).get(this.#block).load('i32.load', BlockHeader.firstFrame).op('i32.add').set(this.#header);
    code.i32(this.#scratch + PumpScratch.ancillary).set(this.#ancillary);
    this.#records.begin();
    const done = code.block();
    const walk = code.loop();
    code.get(this.#remaining).op('i32.eqz').branchIf(done);
    code.get(this.#frames).get(this.#limit).op('i32.ge_u').branchIf(done);
    // First, since a record may overwrite the header.
    code.get(this.#header).get(this.#header).load('i32.load', FrameHeader.nextOffset).op('i32.add').set(this.#next);
    this.#emitFrame();
    code.get(this.#next).set(this.#header);
    code.get(this.#remaining).i32(1).op('i32.sub').set(this.#remaining);
    code.branch(walk);
    code.end(); // walk
    code.end(); // done
    code.i32(this.#scratch).get(this.#frames).store('i32.store', PumpScratch.frames);
    code.i32(this.#scratch).get(this.#frameBytes).store('i32.store', PumpScratch.frameBytes);
    this.#addTo(PumpScratch.accepted, this.#frames);
    this.#addTo(PumpScratch.truncated, this.#truncated);
    this.#addTo(PumpScratch.vlanTags, this.#vlanTags);
    this.#records.end();
  }

  /** Filters one frame, finishes and records it. */
  #emitFrame(): void {
    const code = this.#code;
    const next = code.block();
    if (this.#settings.skipsLoopbackOutgoing) {
      this.#head.pushLinkLayer('i32.load8_u', LinkLayerAddress.packetType).i32(PacketType.outgoing).op('i32.eq');
      this.#head.pushLinkLayer('i32.load16_u', LinkLayerAddress.hardwareType).i32(HardwareType.loopback).op('i32.eq');
      code.op('i32.and').branchIf(next);
    }
    code.get(this.#header).get(this.#header).load('i32.load16_u', FrameHeader.macOffset).op('i32.add').set(this.#frame);
    code.get(this.#header).load('i32.load', FrameHeader.capturedLength).set(this.#captured);
    code.get(this.#header).load('i32.load', FrameHeader.wireLength).set(this.#wire);
    if (this.#settings.cooked) this.#head.emitCookedHeader();
    this.#emitVerdict();
    code.get(this.#keep).op('i32.eqz').branchIf(next);
    this.#head.emitVlanTag({ cooked: this.#settings.cooked, count: this.#vlanTags });
    this.#emitCut();
    this.#records.record();
    code.get(this.#frames).i32(1).op('i32.add').set(this.#frames);
    code.get(this.#frameBytes).get(this.#captured).op('i32.add').set(this.#frameBytes);
    code.end(); // next
  }

  #emitVerdict(): void {
    const code = this.#code;
    const { instructions, snapLength } = this.#settings;
    if (instructions === undefined) {
      code.i32(snapLength).set(this.#keep);
      return;
    }
    if (usesAncillary(instructions)) this.#emitAncillary();
    emitFilterBody(code, instructions, {
      frame: this.#frame,
      captured: this.#captured,
      wire: this.#wire,
      ancillary: this.#ancillary,
    });
    code.set(this.#keep);
  }

  /** Writes the words that ancillary loads of the filter read. */
  #emitAncillary(): void {
    const code = this.#code;
    const put = (offset: number, push: () => void): void => {
      code.get(this.#ancillary);
      push();
      code.store('i32.store', offset);
    };
    put(AncillaryLayout.protocol, () => this.#head.pushProtocol());
    put(AncillaryLayout.packetType, () => this.#head.pushLinkLayer('i32.load8_u', LinkLayerAddress.packetType));
    put(AncillaryLayout.interfaceIndex, () => this.#head.pushLinkLayer('i32.load', LinkLayerAddress.interfaceIndex));
    put(AncillaryLayout.hardwareType, () => this.#head.pushLinkLayer('i32.load16_u', LinkLayerAddress.hardwareType));
    put(AncillaryLayout.rxHash, () => code.get(this.#header).load('i32.load', FrameHeader.rxHash));
    put(AncillaryLayout.vlanTagPresent, () => this.#head.pushHasVlanTag());
    put(AncillaryLayout.vlanTag, () => code.get(this.#header).load('i32.load16_u', FrameHeader.vlanTci));
    put(AncillaryLayout.vlanProtocol, () => this.#head.pushVlanProtocol());
  }

  /** Cuts `#captured` to what the filter keeps and to the snap length. */
  #emitCut(): void {
    const code = this.#code;
    const cutTo = (push: () => void): void => {
      push();
      code.get(this.#captured);
      push();
      code.get(this.#captured).op('i32.lt_u').op('select').set(this.#captured);
    };
    cutTo(() => code.get(this.#keep));
    if (this.#settings.instructions !== undefined) cutTo(() => code.i32(this.#settings.snapLength));
    code.get(this.#captured).get(this.#wire).op('i32.lt_u').get(this.#truncated).op('i32.add').set(this.#truncated);
  }

  #addTo(word: number, count: WasmLocal): void {
    const code = this.#code;
    code.i32(this.#scratch);
    code.i32(this.#scratch).load('i32.load', word).get(count).op('i32.add').store('i32.store', word);
  }
}

function createRecordCode(code: WasmCode, { format, placeInBlocksOf }: PumpSettings, at: WalkLocals): RecordCode {
  if (format.container !== 'pcapng') return new PcapRecordCode(code, at, format.timestampPrecision);
  return placeInBlocksOf === undefined
    ? new GatheredBlockCode(code, at)
    : new PlacedBlockCode(code, at, placeInBlocksOf);
}
