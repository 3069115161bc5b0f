/** PCAPNG blocks as the pump makes them, for tests without a capture. @module */
import { DIRECT_BLOCK, EnhancedPacket, enhancedPacketLength, writeEnhancedPacket } from '../../src/pcap/index.ts';
import { writeFiller } from '../../src/pcap/pcapng-block.ts';

/** A block with a frame of so many bytes. */
export function packetBlock(length: number, fill: number, seconds = 1_700_000_000): Uint8Array {
  const block = new Uint8Array(enhancedPacketLength(length));
  writeEnhancedPacket(block, 0, block.length, 0, { seconds, nanoseconds: fill, wireLength: length }, length);
  return block.fill(fill, EnhancedPacket.data, EnhancedPacket.data + length);
}

/** What makes whole pages of these blocks when it stands before them. */
export function fillerBefore(blocks: readonly Uint8Array[]): Uint8Array {
  const length = blocks.reduce((sum, block) => sum + block.length, 12);
  const block = new Uint8Array(12 + DIRECT_BLOCK - (length % DIRECT_BLOCK));
  writeFiller(block, 0, block.length);
  return block;
}
