/**
 * Parses PCAPNG (draft-ietf-opsawg-pcapng): any number of sections, each in its own byte order, interfaces of different
 * link types, snap lengths and time resolutions, and all three kinds of packet blocks. Other blocks are skipped.
 * libpcap refuses files whose interfaces differ; here every frame carries its interface. @module
 */
import { formatMac } from '../base/address.ts';
import { readU8 } from '../base/bytes.ts';
import { defined } from '../base/defined.ts';
import type { StackError } from '../base/errors.ts';
import type { BlockList } from './block-list.ts';
import { readOrdered16, readOrdered32 } from './byte-order.ts';
import type { CaptureInterface } from './capture-interface.ts';
import { EnhancedPacket } from './enhanced-packet.ts';
import {
  BLOCK_OVERHEAD,
  BlockType,
  BYTE_ORDER_MAGIC,
  isPacketBlock,
  linkTypeOfFile,
  MAX_RECORD_LENGTH,
  MAX_SNAP_LENGTH,
  maxCapturedLength,
  OptionCode,
} from './format.ts';
import type { FrameTable } from './frame-table.ts';
import { PcapngOptionCursor } from './pcapng-option.ts';
import { formatError, type RecordParser, truncatedError } from './record-parser.ts';
import { TickScale } from './tick-scale.ts';

const BLOCK_TYPE = 0;
const BLOCK_LENGTH = 4;
const BLOCK_BODY = 8;
/** Bytes before the length of a block is known; for a section header they include its byte-order magic. */
const BLOCK_HEAD_LENGTH = 12;
const SECTION_MINIMUM_LENGTH = 28;

const SECTION_MAJOR = 12;
const SECTION_MINOR = 14;

const INTERFACE_LINK_TYPE = 8;
const INTERFACE_SNAP_LENGTH = 12;
const INTERFACE_OPTIONS = 16;

const SIMPLE_WIRE = 8;
const SIMPLE_DATA = 12;

/** Maximum number of interfaces in a file; no real file comes close. */
const MAX_INTERFACES = 65_536;
/** Maximum length of all names, descriptions and filters together, in characters. */
const MAX_TEXT_LENGTH = 16 << 20;

/** Returns whether a section header block begins at `start`. */
export function isSectionHeader(bytes: Uint8Array, start: number): boolean {
  return readOrdered32(bytes, start, true) === BlockType.sectionHeader; // a palindrome: the same in both byte orders
}

/** Parses one file. */
export class PcapngParser implements RecordParser {
  readonly interfaces: CaptureInterface[] = [];
  longestFrame = 0;
  needed = BLOCK_HEAD_LENGTH;
  error: StackError | undefined;
  readonly #table: FrameTable;
  readonly #blocks: BlockList | undefined;
  readonly #scales: TickScale[] = [];
  #littleEndian = true;
  /** Index in `interfaces` of the first one of the current section. */
  #sectionBase = 0;
  #textLength = 0;

  constructor(table: FrameTable) {
    this.#table = table;
    this.#blocks = table.blocks;
  }

  step(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < BLOCK_HEAD_LENGTH) return this.#want(BLOCK_HEAD_LENGTH);
    if (isSectionHeader(bytes, start) && !this.#readByteOrder(bytes, start)) return -1;
    const length = readOrdered32(bytes, start + BLOCK_LENGTH, this.#littleEndian);
    if (length % 4 !== 0 || length < BLOCK_OVERHEAD) return this.#fail(`block with the invalid length ${length}`);
    if (length > MAX_RECORD_LENGTH) {
      return this.#fail(`block of ${length} bytes exceeds the maximum of ${MAX_RECORD_LENGTH}`);
    }
    if (start + length > end) return this.#want(length);
    const trailer = readOrdered32(bytes, start + length - 4, this.#littleEndian);
    if (trailer !== length) return this.#fail(`block lengths differ: ${length} before the body, ${trailer} after it`);
    const before = this.#table.size;
    if (!this.#readBlock(bytes, start, start + length - 4)) return -1;
    if (this.#blocks !== undefined) this.#listBlock(this.#blocks, bytes, start, length, before);
    return length;
  }

  /** @param before size of the frame table before this block */
  #listBlock(blocks: BlockList, bytes: Uint8Array, start: number, length: number, before: number): void {
    const little = this.#littleEndian;
    if (this.#table.size > before) blocks.addFrame(start, length, little, this.#sectionBase, before);
    else if (!isPacketBlock(readOrdered32(bytes, start, little))) blocks.add(start, length, little, this.#sectionBase);
  }

  endsEarly(rest: number): StackError {
    return truncatedError(`the file ends in a block: ${this.needed} bytes expected, ${rest} left`);
  }

  #want(length: number): number {
    this.needed = length;
    return 0;
  }

  #fail(message: string): number {
    this.error = formatError(message);
    return -1;
  }

  #broken(message: string): boolean {
    this.#fail(message);
    return false;
  }

  #readByteOrder(bytes: Uint8Array, start: number): boolean {
    for (const littleEndian of [true, false]) {
      if (readOrdered32(bytes, start + BLOCK_BODY, littleEndian) !== BYTE_ORDER_MAGIC) continue;
      this.#littleEndian = littleEndian;
      return true;
    }
    return this.#broken('section header without a byte-order magic');
  }

  /** @param end offset of the trailing length */
  #readBlock(bytes: Uint8Array, start: number, end: number): boolean {
    switch (readOrdered32(bytes, start + BLOCK_TYPE, this.#littleEndian)) {
      case BlockType.sectionHeader:
        return this.#readSection(bytes, start, end);
      case BlockType.interfaceDescription:
        return this.#readInterface(bytes, start, end);
      case BlockType.enhancedPacket:
        return this.#readPacket(bytes, start, end, readOrdered32);
      case BlockType.packet:
        return this.#readPacket(bytes, start, end, readOrdered16);
      case BlockType.simplePacket:
        return this.#readSimplePacket(bytes, start, end);
      default:
        return true;
    }
  }

  #readSection(bytes: Uint8Array, start: number, end: number): boolean {
    if (end + 4 - start < SECTION_MINIMUM_LENGTH) return this.#broken('section header too short');
    const major = readOrdered16(bytes, start + SECTION_MAJOR, this.#littleEndian);
    const minor = readOrdered16(bytes, start + SECTION_MINOR, this.#littleEndian);
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      return this.#broken(`PCAPNG version ${major}.${minor} is not supported; 1.0 and 1.2 are`);
    }
    this.#sectionBase = this.interfaces.length;
    return true;
  }

  #readInterface(bytes: Uint8Array, start: number, end: number): boolean {
    const little = this.#littleEndian;
    if (start + INTERFACE_OPTIONS > end) return this.#broken('interface description too short');
    if (this.interfaces.length === MAX_INTERFACES) {
      return this.#broken(`more than ${MAX_INTERFACES} interfaces`);
    }
    const snapLength = readOrdered32(bytes, start + INTERFACE_SNAP_LENGTH, little);
    const texts: { name?: string; description?: string; filter?: string; operatingSystem?: string; hardware?: string } =
      {};
    let mac: string | undefined;
    let speed: number | undefined;
    let frameCheckLength: number | undefined;
    let resolution: number | undefined;
    let offset = 0;
    const option = new PcapngOptionCursor(bytes, start + INTERFACE_OPTIONS, end, little);
    while (option.next()) {
      if (option.code === OptionCode.interfaceName) texts.name = option.text();
      else if (option.code === OptionCode.interfaceDescription) texts.description = option.text();
      else if (option.code === OptionCode.interfaceOperatingSystem) texts.operatingSystem = option.text();
      else if (option.code === OptionCode.interfaceHardware) texts.hardware = option.text();
      else if (option.code === OptionCode.interfaceFilter && option.length > 1 && readU8(bytes, option.start) === 0) {
        texts.filter = option.text(1);
      } else if (option.code === OptionCode.interfaceTimestampResolution && option.length === 1) {
        resolution = readU8(bytes, option.start);
      } else if (option.code === OptionCode.interfaceFrameCheckLength && option.length === 1) {
        frameCheckLength = bytesOfFrameCheck(readU8(bytes, option.start));
      } else if (option.code === OptionCode.interfaceMacAddress && option.length === 6) {
        mac = formatMac(bytes, option.start);
      } else if (option.code === OptionCode.interfaceSpeed && option.length === 8) {
        speed = speedOf(readSigned64(bytes, option.start, little));
      } else if (option.code === OptionCode.interfaceTimestampOffset && option.length === 8) {
        offset = readSigned64(bytes, option.start, little);
      }
    }
    this.#textLength += Object.values(texts).reduce((length, value) => length + value.length, 0);
    if (this.#textLength > MAX_TEXT_LENGTH)
      return this.#broken(`names and descriptions of interfaces exceed ${MAX_TEXT_LENGTH} characters`);
    const linkType = linkTypeOfFile(readOrdered16(bytes, start + INTERFACE_LINK_TYPE, little));
    this.longestFrame = Math.max(this.longestFrame, maxCapturedLength(linkType));
    this.#scales.push(new TickScale(resolution, offset));
    this.interfaces.push({
      linkType,
      snapLength: snapLength === 0 ? MAX_SNAP_LENGTH : snapLength,
      ...texts,
      ...defined({
        mac,
        speed,
        frameCheckLength,
        timestampResolution: resolution,
        timestampOffset: offset === 0 ? undefined : offset,
      }),
    });
    return true;
  }

  /** Reads an enhanced or an obsolete packet block. They differ in the size of the interface number. */
  #readPacket(bytes: Uint8Array, start: number, end: number, readInterface: typeof readOrdered32): boolean {
    const little = this.#littleEndian;
    if (start + EnhancedPacket.data > end) return this.#broken('packet block too short');
    const number = readInterface(bytes, start + EnhancedPacket.interface, little);
    const interfaceIndex = this.#sectionBase + number;
    const scale = this.#scales[interfaceIndex];
    if (scale === undefined) return this.#broken(`packet of interface ${number}, which is not described`);
    const length = readOrdered32(bytes, start + EnhancedPacket.capturedLength, little);
    if (start + EnhancedPacket.data + length > end) {
      return this.#broken(`packet block of ${end - start + 4} bytes claims to hold ${length}`);
    }
    const most = maxCapturedLength(this.interfaces[interfaceIndex]?.linkType ?? 0);
    if (length > most) return this.#broken(`packet block claims to hold ${length} bytes; the maximum is ${most}`);
    const wireLength = readOrdered32(bytes, start + EnhancedPacket.wireLength, little);
    scale.set(
      readOrdered32(bytes, start + EnhancedPacket.timeHigh, little),
      readOrdered32(bytes, start + EnhancedPacket.timeLow, little),
    );
    const data = start + EnhancedPacket.data;
    this.#table.collect(data, length, wireLength, scale.seconds, scale.nanoseconds, interfaceIndex);
    return true;
  }

  /**
   * Reads a block without time, interface or captured length: the time is 0, the interface the first of the section,
   * the length limited by its snap length.
   */
  #readSimplePacket(bytes: Uint8Array, start: number, end: number): boolean {
    if (start + SIMPLE_DATA > end) return this.#broken('simple packet block too short');
    const described = this.interfaces[this.#sectionBase];
    if (described === undefined) return this.#broken('simple packet before any interface description');
    const wireLength = readOrdered32(bytes, start + SIMPLE_WIRE, this.#littleEndian);
    const data = start + SIMPLE_DATA;
    const length = Math.min(wireLength, described.snapLength);
    const most = maxCapturedLength(described.linkType);
    if (data + length > end || length > most) {
      return this.#broken(`simple packet block claims to hold ${length} bytes`);
    }
    this.#table.collect(data, length, wireLength, 0, 0, this.#sectionBase);
    return true;
  }
}

/** Undefined for numbers that are not speeds, and that a writer could not repeat. */
function speedOf(bits: number): number | undefined {
  return bits > 0 && Number.isSafeInteger(bits) ? bits : undefined;
}

/** The option counts bits, which early drafts left open: a number that is not a multiple of 8 counts bytes. */
function bytesOfFrameCheck(length: number): number {
  return length % 8 === 0 ? length / 8 : length;
}

function readSigned64(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const high = readOrdered32(bytes, at + (littleEndian ? 4 : 0), littleEndian) | 0;
  return high * 0x1_0000_0000 + readOrdered32(bytes, at + (littleEndian ? 0 : 4), littleEndian);
}
