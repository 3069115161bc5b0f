/** Fields and options of packet blocks of all kinds, in either byte order, and how they are written changed. @module */
import { copyBytes } from '../base/bytes.ts';
import type { FrameView } from '../base/frame.ts';
import type { BlockView } from './block-list.ts';
import { readOrdered16, readOrdered32, writeOrdered16, writeOrdered32 } from './byte-order.ts';
import { EnhancedPacket, enhancedPacketLength } from './enhanced-packet.ts';
import { BLOCK_OVERHEAD, BlockType, OptionCode } from './format.ts';
import { paddedLength } from './pcapng-block.ts';
import { PcapngOptionCursor } from './pcapng-option.ts';
import type { TickScale } from './tick-scale.ts';

const SECTION_LENGTH = 16;
const SECTION_OPTIONS = 24;
const INTERFACE_OPTIONS = 16;
const STATISTICS_OPTIONS = 20;
const SECRETS_LENGTH = 12;
const SECRETS_DATA = 16;
const NAME_RECORDS = 8;
/** The drops of an obsolete packet block follow its interface number. */
const OBSOLETE_DROPS = 10;
const UNKNOWN_DROPS = 0xffff;

/** Returns the interface number of an enhanced or obsolete packet block at `bytes[at]`. */
export function interfaceNumberOf(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const isObsolete = readOrdered32(bytes, at, littleEndian) === BlockType.packet;
  return isObsolete
    ? readOrdered16(bytes, at + EnhancedPacket.interface, littleEndian)
    : readOrdered32(bytes, at + EnhancedPacket.interface, littleEndian);
}

/** Returns the offset of the options of a block; its end if it has none, or is of a kind whose options are unknown. */
function optionsStart({ data, offset, length, type, littleEndian }: BlockView): number {
  const end = offset + length - 4;
  const after = (at: number): number => Math.min(end, at);
  switch (type) {
    case BlockType.sectionHeader:
      return after(offset + SECTION_OPTIONS);
    case BlockType.interfaceDescription:
      return after(offset + INTERFACE_OPTIONS);
    case BlockType.interfaceStatistics:
      return after(offset + STATISTICS_OPTIONS);
    case BlockType.enhancedPacket:
    case BlockType.packet: {
      const captured = readOrdered32(data, offset + EnhancedPacket.capturedLength, littleEndian);
      return after(offset + EnhancedPacket.data + paddedLength(captured));
    }
    case BlockType.decryptionSecrets:
      if (offset + SECRETS_DATA > end) return end;
      return after(offset + SECRETS_DATA + paddedLength(readOrdered32(data, offset + SECRETS_LENGTH, littleEndian)));
    case BlockType.nameResolution:
      return endOfNames(data, offset + NAME_RECORDS, end, littleEndian);
    default:
      return end;
  }
}

/** Returns the offset after the record that ends a list of name resolution records. */
function endOfNames(data: Uint8Array, start: number, end: number, littleEndian: boolean): number {
  for (let at = start; at + 4 <= end; ) {
    const type = readOrdered16(data, at, littleEndian);
    at += 4 + paddedLength(readOrdered16(data, at + 2, littleEndian));
    if (type === 0) return Math.min(at, end);
  }
  return end;
}

/** Returns a cursor over the options of a block. */
export function optionsOf(block: BlockView): PcapngOptionCursor {
  const end = block.offset + block.length - 4;
  return new PcapngOptionCursor(block.data, optionsStart(block), end, block.littleEndian);
}

/**
 * Returns the number of packets that were dropped before the one in this block, by `epb_dropcount` or by the field of an
 * obsolete packet block; undefined if the block does not state it.
 */
export function dropsBefore(block: BlockView): number | undefined {
  const { data, offset, type, littleEndian } = block;
  if (type === BlockType.packet) {
    const drops = readOrdered16(data, offset + OBSOLETE_DROPS, littleEndian);
    return drops === UNKNOWN_DROPS ? undefined : drops;
  }
  const option = optionsOf(block);
  while (option.next()) if (option.code === OptionCode.packetDrops && option.length === 8) return option.unsigned64();
  return undefined;
}

/** Declares the length of a section as unknown. @param at offset of its header in `out` */
export function forgetSectionLength(out: Uint8Array, at: number): void {
  out.fill(0xff, at + SECTION_LENGTH, at + SECTION_OPTIONS);
}

/** Changes of a packet block. */
export interface PacketChanges {
  /** Returns whether to keep an option with this code. Default: all. */
  readonly keepsOption?: (code: number) => boolean;
  /** Comments to add, encoded as UTF-8. */
  readonly comments?: readonly Uint8Array[];
}

/** Returns an upper bound for the length of a changed block. */
export function changedPacketLength(block: BlockView, { comments = [] }: PacketChanges): number {
  // A simple packet block may become an enhanced one; options may gain an end.
  return comments.reduce((sum, comment) => sum + 4 + paddedLength(comment.length), block.length + 20);
}

/**
 * Writes the packet block of `frame` with the frame's length, bytes and time, which may differ from those in the block.
 * A simple packet block that is cut becomes an enhanced one.
 * @returns the offset just past the block
 */
export function writeChangedPacket(
  block: BlockView,
  frame: FrameView,
  scale: TickScale,
  changes: PacketChanges,
  out: Uint8Array,
  at: number,
): number {
  const { data, offset, type, littleEndian: little } = block;
  const { length } = frame;
  const { keepsOption = () => true, comments = [] } = changes;
  const body = at + EnhancedPacket.data;
  const isSimple = type === BlockType.simplePacket;
  if (isSimple) {
    const isTimed = frame.seconds !== 0 || frame.nanoseconds !== 0;
    const isWhole = paddedLength(length) === block.length - BLOCK_OVERHEAD - 4;
    if (isWhole && !isTimed && comments.length === 0) return copySimplePacket(block, length, out, at);
    writeOrdered32(out, at, BlockType.enhancedPacket, little);
    writeOrdered32(out, at + EnhancedPacket.interface, 0, little);
    scale.write(out, at + EnhancedPacket.timeHigh, frame.seconds, frame.nanoseconds, little);
  } else {
    copyBytes(data, offset, EnhancedPacket.capturedLength, out, at);
    const high = readOrdered32(data, offset + EnhancedPacket.timeHigh, little);
    scale.set(high, readOrdered32(data, offset + EnhancedPacket.timeLow, little));
    const isSameTime = scale.seconds === frame.seconds && scale.nanoseconds === frame.nanoseconds;
    if (!isSameTime) scale.write(out, at + EnhancedPacket.timeHigh, frame.seconds, frame.nanoseconds, little);
  }
  writeOrdered32(out, at + EnhancedPacket.capturedLength, length, little);
  writeOrdered32(out, at + EnhancedPacket.wireLength, frame.wireLength, little);
  copyBytes(frame.data, frame.offset, length, out, body);
  out.fill(0, body + length, body + paddedLength(length));
  let end = at + enhancedPacketLength(length) - 4;
  const first = end;
  end = isSimple ? end : copyOptions(block, keepsOption, out, end);
  for (const comment of comments) end = writeOption(out, end, OptionCode.comment, comment, little);
  return finishBlock(out, at, first === end ? end : writeEndOfOptions(out, end), little);
}

/** Copies a simple packet block whose frame kept its length. */
function copySimplePacket(block: BlockView, length: number, out: Uint8Array, at: number): number {
  const end = copyBlock(block, out, at);
  const data = at + BLOCK_OVERHEAD;
  out.fill(0, data + length, data + paddedLength(length));
  return end;
}

/** Copies a block unchanged. @returns the offset just past it */
export function copyBlock({ data, offset, length }: BlockView, out: Uint8Array, at: number): number {
  copyBytes(data, offset, length, out, at);
  return at + length;
}

/** Copies a block with only some of its options. @returns the offset just past it */
export function copyWithOptions(
  block: BlockView,
  keepsOption: (code: number) => boolean,
  out: Uint8Array,
  at: number,
): number {
  const { data, offset, littleEndian } = block;
  const fixed = optionsStart(block) - offset;
  copyBytes(data, offset, fixed, out, at);
  const first = at + fixed;
  const end = copyOptions(block, keepsOption, out, first);
  return finishBlock(out, at, first === end ? end : writeEndOfOptions(out, end), littleEndian);
}

/** Copies options without their end. */
function copyOptions(block: BlockView, keepsOption: (code: number) => boolean, out: Uint8Array, at: number): number {
  const option = optionsOf(block);
  let end = at;
  while (option.next()) {
    if (!keepsOption(option.code)) continue;
    const length = 4 + paddedLength(option.length);
    copyBytes(block.data, option.start - 4, length, out, end);
    end += length;
  }
  return end;
}

function writeOption(out: Uint8Array, at: number, code: number, value: Uint8Array, littleEndian: boolean): number {
  writeOrdered16(out, at, code, littleEndian);
  writeOrdered16(out, at + 2, value.length, littleEndian);
  out.set(value, at + 4);
  const end = at + 4 + paddedLength(value.length);
  out.fill(0, at + 4 + value.length, end);
  return end;
}

/** `opt_endofopt`: code and length are 0. */
function writeEndOfOptions(out: Uint8Array, at: number): number {
  out.fill(0, at, at + 4);
  return at + 4;
}

/** Writes both lengths of a block. @param end offset of the second one */
function finishBlock(out: Uint8Array, at: number, end: number, littleEndian: boolean): number {
  const length = end + 4 - at;
  writeOrdered32(out, at + EnhancedPacket.length, length, littleEndian);
  writeOrdered32(out, end, length, littleEndian);
  return end + 4;
}
