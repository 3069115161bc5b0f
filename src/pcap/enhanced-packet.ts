/** The PCAPNG block that holds a frame (draft-ietf-opsawg-pcapng, "Enhanced Packet Block"), as we write it. @module */
import { readU32le, writeU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import { BlockType } from './format.ts';
import { commentOption, paddedLength } from './pcapng-block.ts';

/** Offsets from the block's start; fields are little-endian 32-bit words. Behind data and options: the length again. */
export const EnhancedPacket = {
  type: 0,
  length: 4,
  interface: 8,
  timeHigh: 12,
  timeLow: 16,
  capturedLength: 20,
  wireLength: 24,
  data: 28,
  trailer: 4,
} as const;

/** Bytes of the block for `captured` bytes of a frame and `options` bytes of options. */
export function enhancedPacketLength(captured: number, options = 0): number {
  return EnhancedPacket.data + paddedLength(captured) + options + EnhancedPacket.trailer;
}

/** Writes all of a block of `length` bytes at `out[at]` but the frame's bytes, and what options there are. */
export function writeEnhancedPacket(
  out: Uint8Array,
  at: number,
  length: number,
  interfaceNumber: number,
  frame: Pick<FrameView, 'seconds' | 'nanoseconds' | 'wireLength'>,
  captured: number,
): void {
  writeU32le(out, at + EnhancedPacket.type, BlockType.enhancedPacket);
  writeU32le(out, at + EnhancedPacket.length, length);
  writeU32le(out, at + EnhancedPacket.interface, interfaceNumber);
  writeNanoseconds(out, at + EnhancedPacket.timeHigh, frame.seconds, frame.nanoseconds);
  writeU32le(out, at + EnhancedPacket.capturedLength, captured);
  writeU32le(out, at + EnhancedPacket.wireLength, frame.wireLength);
  const data = at + EnhancedPacket.data;
  for (let index = captured; index < paddedLength(captured); index += 1) out[data + index] = 0;
  writeU32le(out, at + length - EnhancedPacket.trailer, length);
}

/** Gives a block of `length` bytes at `out[at]`, which has no options yet, a comment. Returns how long it is then. */
export function addComment(out: Uint8Array, at: number, length: number, comment: string): number {
  const options = commentOption(comment);
  const longer = length + options.length;
  out.set(options, at + length - EnhancedPacket.trailer);
  writeU32le(out, at + EnhancedPacket.length, longer);
  writeU32le(out, at + longer - EnhancedPacket.trailer, longer);
  return longer;
}

/** Writes a time in nanoseconds as its upper, then its lower 32 bits; every intermediate value stays below 2^53. */
export function writeNanoseconds(out: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
  const upper = Math.floor(seconds / 0x1_0000) * 1e9;
  const lower = (upper % 0x1_0000) * 0x1_0000 + (seconds & 0xffff) * 1e9 + nanoseconds;
  writeU32le(out, at, Math.floor(upper / 0x1_0000) + Math.floor(lower / 0x1_0000_0000));
  writeU32le(out, at + 4, lower % 0x1_0000_0000);
}

/** The whole seconds of the time at `bytes[at]`: 10^9 is 2^9 times 5^9, and below 2^53 halves of that are exact. */
export function readWholeSeconds(bytes: Uint8Array, at: number): number {
  const units = readU32le(bytes, at) * 0x80_0000 + (readU32le(bytes, at + 4) >>> 9);
  return Math.floor(units / 5 ** 9);
}
