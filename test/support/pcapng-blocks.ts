/** PCAPNG blocks like those of the pump, for tests without a capture. @module */
import { readFileSync } from 'node:fs';
import { EnhancedPacket, enhancedPacketLength, writeEnhancedPacket } from '../../src/pcap/enhanced-packet.ts';
import { DIRECT_BLOCK } from '../../src/pcap/file-direct.ts';
import { writeFiller } from '../../src/pcap/pcapng-block.ts';

/** Returns a block with a frame of `length` bytes. */
export function packetBlock(length: number, fill: number, seconds = 1_700_000_000): Uint8Array {
  const block = new Uint8Array(enhancedPacketLength(length));
  writeEnhancedPacket(block, 0, block.length, 0, { seconds, nanoseconds: fill, wireLength: length }, length);
  return block.fill(fill, EnhancedPacket.data, EnhancedPacket.data + length);
}

/** Returns a filler that, placed before the blocks, pads them to whole pages. */
export function fillerBefore(blocks: readonly Uint8Array[]): Uint8Array {
  const length = blocks.reduce((sum, block) => sum + block.length, 12);
  const block = new Uint8Array(12 + DIRECT_BLOCK - (length % DIRECT_BLOCK));
  writeFiller(block, 0, block.length);
  return block;
}

/** Counts the blocks of one type in a PCAPNG file. */
export function countBlocks(path: string, type: number): number {
  const bytes = readFileSync(path);
  let count = 0;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at + 4)) {
    if (bytes.readUInt32LE(at) === type) count += 1;
  }
  return count;
}

/** Returns the options of the first Section Header (10) or Interface Description (1) Block, by option code. */
export function headerOptions(file: Buffer, type: 0x0a0d0d0a | 1): Record<number, Buffer> {
  const bodyLength = type === 1 ? 8 : 16;
  const found: Record<number, Buffer> = {};
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) !== type) continue;
    for (let option = at + 8 + bodyLength; file.readUInt16LE(option) !== 0; ) {
      const length = file.readUInt16LE(option + 2);
      found[file.readUInt16LE(option)] = file.subarray(option + 4, option + 4 + length);
      option += 4 + Math.ceil(length / 4) * 4;
    }
    return found;
  }
  return found;
}

/** Returns the 64-bit counters of the Interface Statistics Blocks of a file, by option code (draft-ietf-opsawg-pcapng). */
export function statisticsBlocks(file: Buffer): Record<string, bigint>[] {
  const blocks: Record<string, bigint>[] = [];
  for (let at = 0; at < file.length; at += file.readUInt32LE(at + 4)) {
    if (file.readUInt32LE(at) !== 5) continue;
    const found: Record<string, bigint> = { interface: BigInt(file.readUInt32LE(at + 8)) };
    for (let option = at + 20; file.readUInt16LE(option) !== 0; option += 4 + file.readUInt16LE(option + 2)) {
      found[file.readUInt16LE(option)] = file.readBigUInt64LE(option + 4);
    }
    blocks.push(found);
  }
  return blocks;
}
