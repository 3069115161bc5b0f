/** Synthetic TPACKET_V3 blocks in the layout of the kernel (linux/if_packet.h; af_packet.c, prb_fill_curr_block). @module */
import type { CaptureMemory } from '../../src/capture/memory.ts';
import { BlockHeader, FrameHeader, LinkLayerAddress, TP_STATUS_USER } from '../../src/capture/ring/tpacket.ts';

export interface RingFrameSpec {
  readonly bytes: Uint8Array;
  readonly wireLength: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly status: number;
  readonly vlanTci: number;
  readonly vlanTpid: number;
  readonly rxHash: number;
  readonly protocol: number;
  readonly interfaceIndex: number;
  readonly hardwareType: number;
  readonly packetType: number;
  readonly address: Uint8Array;
  /** Number of bytes before the network header. */
  readonly networkOffset?: number;
}

const HEADER_WITH_ADDRESS = FrameHeader.linkLayerAddress + LinkLayerAddress.size;

const align = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/**
 * Writes a block with these frames at offset `block` and passes it to user space.
 * @param headroom bytes left free before each frame
 */
export function writeBlock(
  memory: CaptureMemory,
  block: number,
  frames: readonly RingFrameSpec[],
  headroom = 32,
): void {
  const { bytes, view } = memory;
  let header = block + BlockHeader.size;
  view.setUint32(block + BlockHeader.frames, frames.length, true);
  view.setUint32(block + BlockHeader.firstFrame, BlockHeader.size, true);
  for (const frame of frames) {
    const macOffset = align(HEADER_WITH_ADDRESS, 16) + headroom;
    const next = align(macOffset + frame.bytes.length, 8);
    view.setUint32(header + FrameHeader.nextOffset, next, true);
    view.setUint32(header + FrameHeader.seconds, frame.seconds, true);
    view.setUint32(header + FrameHeader.nanoseconds, frame.nanoseconds, true);
    view.setUint32(header + FrameHeader.capturedLength, frame.bytes.length, true);
    view.setUint32(header + FrameHeader.wireLength, frame.wireLength, true);
    view.setUint32(header + FrameHeader.status, frame.status, true);
    view.setUint16(header + FrameHeader.macOffset, macOffset, true);
    view.setUint16(header + FrameHeader.networkOffset, macOffset + (frame.networkOffset ?? 0), true);
    view.setUint32(header + FrameHeader.rxHash, frame.rxHash, true);
    view.setUint16(header + FrameHeader.vlanTci, frame.vlanTci, true);
    view.setUint16(header + FrameHeader.vlanTpid, frame.vlanTpid, true);
    const address = header + FrameHeader.linkLayerAddress;
    view.setUint16(address + LinkLayerAddress.protocol, frame.protocol, false);
    view.setInt32(address + LinkLayerAddress.interfaceIndex, frame.interfaceIndex, true);
    view.setUint16(address + LinkLayerAddress.hardwareType, frame.hardwareType, true);
    view.setUint8(address + LinkLayerAddress.packetType, frame.packetType);
    view.setUint8(address + LinkLayerAddress.addressLength, 6);
    bytes.set(frame.address, address + LinkLayerAddress.address);
    bytes.set(frame.bytes, header + macOffset);
    header += next;
  }
  view.setUint32(block + BlockHeader.used, header - block, true);
  view.setUint32(block + BlockHeader.status, TP_STATUS_USER, true);
}
