/**
 * WebAssembly for what precedes the bytes of a frame in the ring: kernel metadata, the cooked header, the VLAN tag that
 * the kernel removed. Does what `RingFrame` does in TypeScript. @module
 */
import { EtherType } from '../../base/protocol-numbers.ts';
import type { WasmCode, WasmLocal } from '../../wasm/code.ts';
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH } from '../../wire/ethernet.ts';
import { Sll2Header } from '../../wire/linux-cooked.ts';
import { HardwareType } from '../device.ts';
import { MAC_ADDRESSES_LENGTH } from '../ring/ring-frame.ts';
import { FrameHeader, LinkLayerAddress, TP_STATUS_VLAN_TPID_VALID, TP_STATUS_VLAN_VALID } from '../ring/tpacket.ts';
import type { WalkLocals } from './record-code.ts';

/** Methods leave the operand stack unchanged, except for those that push. */
export class FrameHeadCode {
  readonly #code: WasmCode;
  readonly #header: WasmLocal;
  readonly #frame: WasmLocal;
  readonly #captured: WasmLocal;
  readonly #wire: WasmLocal;
  readonly #scratched: WasmLocal;

  /** @param at `frame`, `captured` and `wire` change with every header that is added or removed */
  constructor(code: WasmCode, at: Pick<WalkLocals, 'header' | 'frame' | 'captured' | 'wire'>) {
    this.#code = code;
    this.#header = at.header;
    this.#frame = at.frame;
    this.#captured = at.captured;
    this.#wire = at.wire;
    this.#scratched = code.local();
  }

  /** Replaces the link header by a cooked one; `#frame` moves to its start. */
  emitCookedHeader(): void {
    this.#emitLinkHeaderOff();
    this.#moveStart(Sll2Header.length);
    this.#emitSll2Fields(() => this.pushProtocol());
  }

  /**
   * Restores the tag that the kernel removed. A frame cut before the place of its tag only gets a longer wire length.
   */
  emitVlanTag({ cooked, count }: { readonly cooked: boolean; readonly count: WasmLocal }): void {
    const code = this.#code;
    this.pushHasVlanTag();
    code.if();
    if (!cooked) {
      code.get(this.#captured).i32(MAC_ADDRESSES_LENGTH).op('i32.lt_u').if();
      code.get(this.#wire).i32(VLAN_TAG_LENGTH).op('i32.add').set(this.#wire);
      code.else();
    }
    code.get(count).i32(1).op('i32.add').set(count);
    this.#moveStart(VLAN_TAG_LENGTH);
    if (cooked) {
      this.#emitSll2Fields(() => this.pushVlanProtocol());
      code.get(this.#frame).get(this.#header).load('i32.load16_u', FrameHeader.vlanTci);
      this.#swap16();
      code.store('i32.store16', Sll2Header.length);
      code.get(this.#frame);
      this.pushLinkLayer('i32.load16_u', LinkLayerAddress.protocol).store('i32.store16', Sll2Header.length + 2);
    } else {
      code.get(this.#frame).get(this.#frame).load('i64.load', VLAN_TAG_LENGTH).store('i64.store', 0);
      code
        .get(this.#frame)
        .get(this.#frame)
        .load('i32.load', VLAN_TAG_LENGTH + 8)
        .store('i32.store', 8);
      code.get(this.#frame);
      this.pushVlanProtocol();
      this.#swap16();
      code.store('i32.store16', MAC_ADDRESSES_LENGTH);
      code.get(this.#frame).get(this.#header).load('i32.load16_u', FrameHeader.vlanTci);
      this.#swap16();
      code.store('i32.store16', MAC_ADDRESSES_LENGTH + 2);
      code.end();
    }
    code.end();
  }

  /** Pushes a field of the `sockaddr_ll` after the header of the frame. */
  pushLinkLayer(name: 'i32.load' | 'i32.load8_u' | 'i32.load16_u' | 'i64.load', field: number): WasmCode {
    return this.#code.get(this.#header).load(name, FrameHeader.linkLayerAddress + field);
  }

  pushProtocol(): void {
    this.pushLinkLayer('i32.load16_u', LinkLayerAddress.protocol);
    this.#swap16();
  }

  /** Pushes 1 if the kernel removed a tag. Older kernels set the tag but not the status bit. */
  pushHasVlanTag(): void {
    const code = this.#code;
    code.get(this.#header).load('i32.load', FrameHeader.status).i32(TP_STATUS_VLAN_VALID).op('i32.and');
    code.get(this.#header).load('i32.load16_u', FrameHeader.vlanTci).op('i32.or');
    code.i32(0).op('i32.ne');
  }

  pushVlanProtocol(): void {
    const code = this.#code;
    code.get(this.#header).load('i32.load16_u', FrameHeader.vlanTpid).i32(EtherType.vlan);
    code.get(this.#header).load('i32.load', FrameHeader.status).i32(TP_STATUS_VLAN_TPID_VALID).op('i32.and');
    code.get(this.#header).load('i32.load16_u', FrameHeader.vlanTpid).op('i32.or').op('select');
  }

  /** Moves `#frame` past the link header that the cooked one replaces, if there is one. */
  #emitLinkHeaderOff(): void {
    const code = this.#code;
    const length = this.#scratched;
    code.i32(ETHERNET_HEADER_LENGTH);
    code.get(this.#header).load('i32.load16_u', FrameHeader.networkOffset);
    code.get(this.#header).load('i32.load16_u', FrameHeader.macOffset).op('i32.sub');
    this.pushLinkLayer('i32.load16_u', LinkLayerAddress.hardwareType).i32(HardwareType.ethernet).op('i32.eq');
    this.pushLinkLayer('i32.load16_u', LinkLayerAddress.hardwareType).i32(HardwareType.loopback).op('i32.eq');
    code.op('i32.or').op('select').set(length);
    code.get(length).get(this.#captured).get(length).get(this.#captured).op('i32.lt_u').op('select').set(length);
    code.get(this.#frame).get(length).op('i32.add').set(this.#frame);
    code.get(this.#captured).get(length).op('i32.sub').set(this.#captured);
    code.get(this.#wire).get(length).op('i32.sub').set(this.#wire);
  }

  #emitSll2Fields(pushProtocol: () => void): void {
    const code = this.#code;
    code.get(this.#frame);
    pushProtocol();
    this.#swap16();
    code.store('i32.store', Sll2Header.protocol); // its upper half, zero, is the reserved field
    code.get(this.#frame);
    this.pushLinkLayer('i32.load', LinkLayerAddress.interfaceIndex);
    this.#swap32();
    code.store('i32.store', Sll2Header.interfaceIndex);
    code.get(this.#frame);
    this.pushLinkLayer('i32.load16_u', LinkLayerAddress.hardwareType);
    this.#swap16();
    code.store('i32.store16', Sll2Header.hardwareType);
    // Packet type, address length and address have the same layout in both.
    code.get(this.#frame);
    this.pushLinkLayer('i32.load16_u', LinkLayerAddress.packetType).store('i32.store16', Sll2Header.packetType);
    code.get(this.#frame);
    this.pushLinkLayer('i64.load', LinkLayerAddress.address).store('i64.store', Sll2Header.address);
  }

  /** Moves the start of the frame `length` bytes back. */
  #moveStart(length: number): void {
    const code = this.#code;
    code.get(this.#frame).i32(length).op('i32.sub').set(this.#frame);
    code.get(this.#captured).i32(length).op('i32.add').set(this.#captured);
    code.get(this.#wire).i32(length).op('i32.add').set(this.#wire);
  }

  /** Swaps the two bytes of the 16-bit number on top of the stack. */
  #swap16(): void {
    const code = this.#code;
    code.tee(this.#scratched).i32(8).op('i32.shr_u');
    code.get(this.#scratched).i32(0xff).op('i32.and').i32(8).op('i32.shl').op('i32.or');
  }

  /** Reverses the four bytes of the number on top of the stack. */
  #swap32(): void {
    const code = this.#code;
    code.tee(this.#scratched).i32(0x00ff_00ff).op('i32.and').i32(8).op('i32.rotr');
    code.get(this.#scratched).i32(0xff00_ff00).op('i32.and').i32(8).op('i32.rotl').op('i32.or');
  }
}
