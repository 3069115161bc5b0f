/**
 * Finishes one frame of the reference walk in the ring: prepends a cooked header, in place of the link header if there
 * is one, and restores the VLAN tag that the kernel removed. Both go into the headroom before the frame; no payload
 * byte moves. The pump (pump.ts) does the same in WebAssembly and is tested against this. @module
 */
import { writeU16, writeU32 } from '../../base/bytes.ts';
import type { FrameView } from '../../base/frame.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import type { Ancillary } from '../../bpf/index.ts';
import { ETHERNET_HEADER_LENGTH, VLAN_TAG_LENGTH } from '../../wire/ethernet.ts';
import { PacketType, Sll2Header } from '../../wire/linux-cooked.ts';
import { HardwareType } from '../device.ts';
import type { CaptureMemory } from '../memory.ts';
import { FrameHeader, LinkLayerAddress, TP_STATUS_VLAN_TPID_VALID, TP_STATUS_VLAN_VALID } from './tpacket.ts';

/** Offset of a VLAN tag in an Ethernet header: after the two addresses. */
export const MAC_ADDRESSES_LENGTH = 12;

/** A view that moves over the frames in the ring, with the kernel's metadata for filters and records. */
export class RingFrame implements Ancillary, FrameView {
  readonly data: Uint8Array;
  readonly #memory: CaptureMemory;
  readonly #cooked: boolean;
  #header = 0;
  #address = 0;

  /** Offset of the frame in the capture memory; `finish` moves it. */
  offset = 0;
  length = 0;
  wireLength = 0;

  constructor(memory: CaptureMemory, cooked: boolean) {
    this.data = memory.bytes;
    this.#memory = memory;
    this.#cooked = cooked;
  }

  /** Points at the `tpacket3_hdr` at `header`. Writes the cooked header of a cooked frame. */
  wrap(header: number): void {
    const view = this.#memory.view;
    this.#header = header;
    this.#address = header + FrameHeader.linkLayerAddress;
    this.offset = header + view.getUint16(header + FrameHeader.macOffset, true);
    this.length = view.getUint32(header + FrameHeader.capturedLength, true);
    this.wireLength = view.getUint32(header + FrameHeader.wireLength, true);
    if (!this.#cooked) return;
    this.#moveStart(this.#linkHeaderLength);
    this.#prependCookedHeader(this.protocol, 0);
  }

  /** Restores the VLAN tag, if there was one. Call it after the filter, which sees the frame as the kernel's would. */
  finish(): boolean {
    if (this.vlanTagPresent === 0) return false;
    const { bytes } = this.#memory;
    if (this.#cooked) {
      const { protocol } = this;
      this.#moveStart(Sll2Header.length);
      writeU16(bytes, this.offset - 4, this.vlanTag);
      writeU16(bytes, this.offset - 2, protocol);
      this.#prependCookedHeader(this.vlanProtocol, VLAN_TAG_LENGTH);
      return true;
    }
    if (this.length < MAC_ADDRESSES_LENGTH) {
      this.wireLength += VLAN_TAG_LENGTH; // the kernel cut it before the place of its tag
      return false;
    }
    bytes.copyWithin(this.offset - VLAN_TAG_LENGTH, this.offset, this.offset + MAC_ADDRESSES_LENGTH);
    this.#moveStart(-VLAN_TAG_LENGTH);
    writeU16(bytes, this.offset + MAC_ADDRESSES_LENGTH, this.vlanProtocol);
    writeU16(bytes, this.offset + MAC_ADDRESSES_LENGTH + 2, this.vlanTag);
    return true;
  }

  /** Cuts the frame to `length` bytes. */
  cut(length: number): void {
    if (this.length > length) this.length = length;
  }

  #prependCookedHeader(protocol: number, gap: number): void {
    this.#moveStart(-Sll2Header.length - gap);
    const { bytes } = this.#memory;
    writeU32(bytes, this.offset + Sll2Header.protocol, protocol << 16);
    writeU32(bytes, this.offset + Sll2Header.interfaceIndex, this.interfaceIndex);
    writeU16(bytes, this.offset + Sll2Header.hardwareType, this.hardwareType);
    const tail = this.#address + LinkLayerAddress.packetType; // packet type, address length, address: the same layout
    bytes.copyWithin(this.offset + Sll2Header.packetType, tail, tail + Sll2Header.length - Sll2Header.packetType);
  }

  #moveStart(by: number): void {
    this.offset += by;
    this.length -= by;
    this.wireLength -= by;
  }

  /**
   * Length of the link header that a cooked one replaces; 0 if the kernel removed it. In outgoing Ethernet frames the
   * network header may follow tags, which must be kept (docs/adr/0020-any-reads-whole-frames.md).
   */
  get #linkHeaderLength(): number {
    const { view } = this.#memory;
    const mac = view.getUint16(this.#header + FrameHeader.macOffset, true);
    const network = view.getUint16(this.#header + FrameHeader.networkOffset, true);
    const { hardwareType } = this;
    const isEthernet = hardwareType === HardwareType.ethernet || hardwareType === HardwareType.loopback;
    return Math.min(isEthernet ? ETHERNET_HEADER_LENGTH : (network - mac) >>> 0, this.length);
  }

  /** The outgoing copy of a looped frame. */
  get isLoopbackOutgoing(): boolean {
    return this.packetType === PacketType.outgoing && this.hardwareType === HardwareType.loopback;
  }

  get nextOffset(): number {
    return this.#memory.view.getUint32(this.#header + FrameHeader.nextOffset, true);
  }
  get seconds(): number {
    return this.#memory.view.getUint32(this.#header + FrameHeader.seconds, true);
  }
  get nanoseconds(): number {
    return this.#memory.view.getUint32(this.#header + FrameHeader.nanoseconds, true);
  }
  get protocol(): number {
    return this.#memory.view.getUint16(this.#address + LinkLayerAddress.protocol, false);
  }
  get packetType(): number {
    return this.#memory.view.getUint8(this.#address + LinkLayerAddress.packetType);
  }
  get interfaceIndex(): number {
    return this.#memory.view.getUint32(this.#address + LinkLayerAddress.interfaceIndex, true);
  }
  get hardwareType(): number {
    return this.#memory.view.getUint16(this.#address + LinkLayerAddress.hardwareType, true);
  }
  get rxHash(): number {
    return this.#memory.view.getUint32(this.#header + FrameHeader.rxHash, true);
  }
  get vlanTag(): number {
    return this.#memory.view.getUint16(this.#header + FrameHeader.vlanTci, true);
  }
  /** Older kernels do not set the status bit; then a nonzero tag is present. */
  get vlanTagPresent(): number {
    return (this.#status & TP_STATUS_VLAN_VALID) !== 0 || this.vlanTag !== 0 ? 1 : 0;
  }
  get vlanProtocol(): number {
    const tpid = this.#memory.view.getUint16(this.#header + FrameHeader.vlanTpid, true);
    return (this.#status & TP_STATUS_VLAN_TPID_VALID) !== 0 || tpid !== 0 ? tpid : EtherType.vlan;
  }
  get #status(): number {
    return this.#memory.view.getUint32(this.#header + FrameHeader.status, true);
  }
}
