/** Writes the PCAPNG block that holds a frame (draft-ietf-opsawg-pcapng, "Enhanced Packet Block"). @module */
import { readU32le, writeU32le } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import { BlockType } from './format.ts';
import { commentOption, paddedLength } from './pcapng-block.ts';

/**
 * Offsets from the start of the block; fields are little-endian 32-bit words. After data and options the length is
 * repeated.
 */
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

/** Returns the length of a block with `captured` bytes of a frame and `options` bytes of options. */
export function enhancedPacketLength(captured: number, options = 0): number {
  return EnhancedPacket.data + paddedLength(captured) + options + EnhancedPacket.trailer;
}

/** Writes a block of `length` bytes at `out[at]`, except for the bytes of the frame and the options. */
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

/** Adds a comment to the block of `length` bytes at `out[at]`, which has no options. @returns its new length */
export function addComment(out: Uint8Array, at: number, length: number, comment: string): number {
  const options = commentOption(comment);
  const longer = length + options.length;
  out.set(options, at + length - EnhancedPacket.trailer);
  writeU32le(out, at + EnhancedPacket.length, longer);
  writeU32le(out, at + longer - EnhancedPacket.trailer, longer);
  return longer;
}

/** Writes a time in nanoseconds as its upper, then its lower 32 bits. Every intermediate value stays below 2^53. */
export function writeNanoseconds(out: Uint8Array, at: number, seconds: number, nanoseconds: number): void {
  const upper = Math.floor(seconds / 0x1_0000) * 1e9;
  const lower = (upper % 0x1_0000) * 0x1_0000 + (seconds & 0xffff) * 1e9 + nanoseconds;
  writeU32le(out, at, Math.floor(upper / 0x1_0000) + Math.floor(lower / 0x1_0000_0000));
  writeU32le(out, at + 4, lower % 0x1_0000_0000);
}

/** Reads the whole seconds of the time at `bytes[at]`. 10^9 is 2^9 times 5^9, and halves below 2^53 are exact. */
export function readWholeSeconds(bytes: Uint8Array, at: number): number {
  const units = readU32le(bytes, at) * 0x80_0000 + (readU32le(bytes, at + 4) >>> 9);
  return Math.floor(units / 5 ** 9);
}

/** Reads the time at `bytes[at]`. Differences below one second are exact in the lower 32 bits. */
export function readTime(bytes: Uint8Array, at: number, time: { seconds: number; nanoseconds: number }): void {
  time.seconds = readWholeSeconds(bytes, at);
  time.nanoseconds = (readU32le(bytes, at + 4) - Math.imul(time.seconds | 0, 1e9)) >>> 0;
}
