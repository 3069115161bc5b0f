/**
 * Parses classic PCAP (draft-ietf-opsawg-pcap) in all variants that libpcap's sf-pcap.c knows: both byte orders, micro-
 * and nanoseconds, old versions with swapped lengths, and Kuznetzov's longer record headers. @module
 */
import { readU32 } from '../base/bytes.ts';
import type { StackError } from '../base/errors.ts';
import type { LinkType } from '../base/link-type.ts';
import { readOrdered16, readOrdered32 } from './byte-order.ts';
import type { CaptureInterface } from './capture-interface.ts';
import {
  FRAME_CHECK_PRESENT,
  linkTypeOfFile,
  MAX_SNAP_LENGTH,
  maxCapturedLength,
  PCAP_FILE_HEADER_LENGTH,
  PCAP_MODIFIED_RECORD_HEADER_LENGTH,
  PcapMagic,
  PcapRecordHeader,
} from './format.ts';
import type { FrameTable } from './frame-table.ts';
import { formatError, type RecordParser, truncatedError } from './record-parser.ts';

const VERSION_MAJOR = 4;
const VERSION_MINOR = 6;
const SNAP_LENGTH = 16;
const LINK_TYPE = 20;

/** DG/UX tcpdump writes version 543.0 and swapped lengths. */
const DGUX_MAJOR = 543;

type SwappedLengths = 'never' | 'always' | 'when captured is above wire';

/** Returns whether the four bytes at `start` are a magic number of classic PCAP. */
export function isPcapMagic(bytes: Uint8Array, start: number): boolean {
  return byteOrderOf(bytes, start) !== undefined;
}

/** True: little-endian. */
function byteOrderOf(bytes: Uint8Array, start: number): boolean | undefined {
  for (const littleEndian of [true, false]) {
    const magic = readOrdered32(bytes, start, littleEndian);
    if (Object.values(PcapMagic).some((known) => known === magic)) return littleEndian;
  }
  return undefined;
}

/** Parses one file. Its header is the first step. */
export class PcapParser implements RecordParser {
  readonly interfaces: CaptureInterface[] = [];
  needed = PCAP_FILE_HEADER_LENGTH;
  error: StackError | undefined;
  readonly #table: FrameTable;
  #littleEndian = true;
  #headerLength = 0;
  #nanosecondsPerUnit = 1000;
  #swapped: SwappedLengths = 'never';
  #snapLength = MAX_SNAP_LENGTH;
  #maximumLength = MAX_SNAP_LENGTH;

  constructor(table: FrameTable) {
    this.#table = table;
  }

  get longestFrame(): number {
    return Math.min(this.#snapLength, this.#maximumLength);
  }

  step(bytes: Uint8Array, start: number, end: number): number {
    if (this.#headerLength === 0) return this.#readFileHeader(bytes, start, end);
    const data = start + this.#headerLength;
    if (data > end) return this.#want(this.#headerLength);
    const little = this.#littleEndian;
    let length = readOrdered32(bytes, start + PcapRecordHeader.capturedLength, little);
    let wireLength = readOrdered32(bytes, start + PcapRecordHeader.wireLength, little);
    if (this.#swapped !== 'never' && (this.#swapped === 'always' || length > wireLength)) {
      [length, wireLength] = [wireLength, length];
    }
    if (length > this.#maximumLength) {
      return this.#fail(`record claims to hold ${length} bytes; the maximum is ${this.#maximumLength}`);
    }
    if (data + length > end) return this.#want(this.#headerLength + length);
    const fraction = readOrdered32(bytes, start + PcapRecordHeader.fraction, little) * this.#nanosecondsPerUnit;
    const carry = fraction < 1_000_000_000 ? 0 : Math.floor(fraction / 1_000_000_000);
    this.#table.collect(
      data,
      length < this.#snapLength ? length : this.#snapLength, // libpcap keeps no more than the snap length of the file
      wireLength,
      readOrdered32(bytes, start + PcapRecordHeader.seconds, little) + carry,
      fraction - carry * 1_000_000_000,
      0,
    );
    return this.#headerLength + length;
  }

  endsEarly(rest: number): StackError {
    if (this.#headerLength === 0) return truncatedError(`the file ends in its header, after ${rest} bytes`);
    const where = rest < this.#headerLength ? 'a record header' : "a record's data";
    return truncatedError(`the file ends in ${where}: ${this.needed} bytes expected, ${rest} left`);
  }

  #want(length: number): number {
    this.needed = length;
    return 0;
  }

  #fail(message: string): number {
    this.error = formatError(message);
    return -1;
  }

  #readFileHeader(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < PCAP_FILE_HEADER_LENGTH) return this.#want(PCAP_FILE_HEADER_LENGTH);
    const little = byteOrderOf(bytes, start);
    if (little === undefined)
      return this.#fail(`not a capture file: it begins with ${readU32(bytes, start).toString(16)}`);
    const major = readOrdered16(bytes, start + VERSION_MAJOR, little);
    const minor = readOrdered16(bytes, start + VERSION_MINOR, little);
    if (!(major === 2 && minor <= 4) && !(major === DGUX_MAJOR && minor === 0)) {
      return this.#fail(`PCAP version ${major}.${minor} is not supported; 2.0 to 2.4 are`);
    }
    const magic = readOrdered32(bytes, start, little);
    this.#littleEndian = little;
    this.#nanosecondsPerUnit = magic === PcapMagic.nanoseconds ? 1 : 1000;
    this.#headerLength = magic === PcapMagic.modified ? PCAP_MODIFIED_RECORD_HEADER_LENGTH : PcapRecordHeader.length;
    this.#swapped = swappedLengths(major, minor);
    const snapLength = readOrdered32(bytes, start + SNAP_LENGTH, little);
    // As in libpcap: 0, and numbers above the signed range, set no limit.
    this.#snapLength = snapLength === 0 || snapLength > 0x7fff_ffff ? MAX_SNAP_LENGTH : snapLength;
    this.#describe(readOrdered32(bytes, start + LINK_TYPE, little));
    return PCAP_FILE_HEADER_LENGTH;
  }

  /** The lower half of the field holds the link type, the upper bits the length of a frame check sequence. */
  #describe(field: number): void {
    const linkType: LinkType = linkTypeOfFile(field & 0xffff);
    this.#maximumLength = maxCapturedLength(linkType);
    const resolution = this.#nanosecondsPerUnit === 1 ? { timestampResolution: 9 } : {};
    const described = { linkType, snapLength: this.#snapLength, ...resolution };
    const frameCheckLength = (field >>> 28) * 2; // counted in 16-bit words
    this.interfaces.push((field & FRAME_CHECK_PRESENT) === 0 ? described : { ...described, frameCheckLength });
  }
}

function swappedLengths(major: number, minor: number): SwappedLengths {
  if (major === DGUX_MAJOR || minor < 3) return 'always';
  return minor === 3 ? 'when captured is above wire' : 'never';
}
