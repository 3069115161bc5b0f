/** Writes PCAPNG as a stream (draft-ietf-opsawg-pcapng): one little-endian section, times in nanoseconds. @module */
import { parseMac } from '../base/address.ts';
import { readU32le } from '../base/bytes.ts';
import type { FrameSink, FrameView } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import type { ByteSink } from './byte-sink.ts';
import {
  EnhancedPacket,
  enhancedPacketLength,
  readWholeSeconds,
  writeEnhancedPacket,
  writeNanoseconds,
} from './enhanced-packet.ts';
import { BlockType, BYTE_ORDER_MAGIC, MAX_SNAP_LENGTH, OptionCode } from './format.ts';
import { BlockBuilder, commentOption, paddedLength } from './pcapng-block.ts';
import { type BufferOptions, RecordBuffer } from './record-buffer.ts';
import type { FrameLayout } from './record-layout.ts';

const NANOSECOND_RESOLUTION = new Uint8Array([9]);
const UNKNOWN_SECTION_LENGTH = 0xffff_ffff;
const FILTER_IS_TEXT = '\0';

/** Contents of the section header. */
export interface PcapngOptions extends BufferOptions {
  /** `shb_hardware`: the processor of the machine. */
  readonly hardware?: string;
  /** `shb_os` */
  readonly operatingSystem?: string;
  /** `shb_userappl`. Default: `tapline`. */
  readonly application?: string;
  /** A comment on the whole file. */
  readonly comment?: string;
}

/** An interface to describe. */
export interface PcapngInterface {
  readonly linkType: LinkType;
  /** Default: 262,144. */
  readonly snapLength?: number;
  readonly name?: string;
  readonly description?: string;
  /** The capture filter of its frames, in pcap-filter(7) syntax. */
  readonly filter?: string;
  /** Ethernet address: `02:00:00:00:00:01`. */
  readonly mac?: string;
  /** Bits per second. */
  readonly speed?: number;
  readonly operatingSystem?: string;
  /** Driver, and place on a bus. */
  readonly hardware?: string;
  /** Length in bytes of the frame check sequence at the end of each frame, if known. */
  readonly frameCheckLength?: number;
  /** The `interfaceIndex` of its frames. Default: its number in this file. */
  readonly interfaceIndex?: number;
}

/** Counters of an interface at the end of a capture. */
export interface PcapngStatistics {
  readonly received: number;
  readonly dropped: number;
  /** When they were read, in milliseconds since 1970. */
  readonly wallTime: number;
  /** Further counters of a live capture, whose drops are the system's. */
  readonly capture?: {
    /** Start of the capture in milliseconds since 1970. */
    readonly startTime: number;
    /** Frames that the filter accepted. */
    readonly accepted: number;
    /** Frames that were written to the file. */
    readonly delivered: number;
  };
}

/** Layout of blocks as this module and the live pump write them. */
export const PCAPNG_LAYOUT: FrameLayout = {
  headLength: EnhancedPacket.length + 4,
  recordLength: (bytes, at) => readU32le(bytes, at + EnhancedPacket.length),
  isFrame: (bytes, at) => readU32le(bytes, at) === BlockType.enhancedPacket,
  capturedLength: (bytes, at) => readU32le(bytes, at + EnhancedPacket.capturedLength),
  seconds: (bytes, at) => readWholeSeconds(bytes, at + EnhancedPacket.timeHigh),
};

function encodeSectionHeader({
  comment,
  hardware,
  operatingSystem,
  application = 'tapline',
}: PcapngOptions): Uint8Array {
  return new BlockBuilder(BlockType.sectionHeader)
    .u32(BYTE_ORDER_MAGIC)
    .u16(1)
    .u16(0)
    .u32(UNKNOWN_SECTION_LENGTH)
    .u32(UNKNOWN_SECTION_LENGTH)
    .option(OptionCode.comment, comment)
    .option(OptionCode.hardware, hardware)
    .option(OptionCode.operatingSystem, operatingSystem)
    .option(OptionCode.userApplication, application)
    .endOfOptions()
    .finish();
}

/** Encodes an Interface Description Block. The number of the interface is its position in the section. */
export function encodeInterface(described: PcapngInterface): Uint8Array {
  const { linkType, snapLength, name, description, filter, mac, speed, frameCheckLength } = described;
  const frameCheckBits = frameCheckLength === undefined ? undefined : Uint8Array.of(frameCheckLength * 8);
  return new BlockBuilder(BlockType.interfaceDescription)
    .u16(linkType)
    .u16(0)
    .u32(snapLength ?? MAX_SNAP_LENGTH)
    .option(OptionCode.interfaceName, name)
    .option(OptionCode.interfaceDescription, description)
    .option(OptionCode.interfaceMacAddress, mac === undefined ? undefined : parseMac(mac))
    .option(OptionCode.interfaceSpeed, speed)
    .option(OptionCode.interfaceTimestampResolution, NANOSECOND_RESOLUTION)
    .option(OptionCode.interfaceFilter, filter === undefined ? undefined : FILTER_IS_TEXT + filter)
    .option(OptionCode.interfaceOperatingSystem, described.operatingSystem)
    .option(OptionCode.interfaceFrameCheckLength, frameCheckBits)
    .option(OptionCode.interfaceHardware, described.hardware)
    .endOfOptions()
    .finish();
}

/** Encodes an Interface Statistics Block. Its length depends only on which fields are set. */
export function encodeStatistics(number: number, statistics: PcapngStatistics): Uint8Array {
  const { received, dropped, wallTime, capture } = statistics;
  const end = timeOption(wallTime);
  const block = new BlockBuilder(BlockType.interfaceStatistics).u32(number).padded(end);
  if (capture !== undefined) {
    block
      .option(OptionCode.statisticsStart, timeOption(capture.startTime))
      .option(OptionCode.statisticsEnd, end)
      .option(OptionCode.statisticsFilterAccepted, capture.accepted)
      .option(OptionCode.statisticsSystemDropped, dropped)
      .option(OptionCode.statisticsDelivered, capture.delivered);
  }
  block.option(OptionCode.statisticsReceived, received).option(OptionCode.statisticsDropped, dropped).endOfOptions();
  return block.finish();
}

/** Encodes the beginning of a file: the section header, then its interfaces, numbered from 0. */
export function encodePcapngHeader(described: readonly PcapngInterface[], options: PcapngOptions = {}): Uint8Array {
  const blocks = [encodeSectionHeader(options), ...described.map(encodeInterface)];
  const header = new Uint8Array(blocks.reduce((length, block) => length + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    header.set(block, at);
    at += block.length;
  }
  return header;
}

/**
 * Writes frames of any number of interfaces to a PCAPNG file. Describe an interface (`addInterface`) before its frames;
 * more may follow at any time. Output errors are thrown as by `PcapWriter`.
 */
export class PcapngWriter implements FrameSink {
  readonly #buffer: RecordBuffer;
  readonly #numbers = new Map<number, number>();
  readonly #snapLengths: number[] = [];

  /** Writes the section header. @throws OutputError if the sink fails */
  constructor(sink: ByteSink, options: PcapngOptions = {}) {
    this.#buffer = new RecordBuffer(sink, PCAPNG_LAYOUT, options);
    this.#buffer.writeThrough(encodeSectionHeader(options), 0);
  }

  /** Frames added so far. */
  get frames(): number {
    return this.#buffer.frames;
  }

  /** Bytes added so far, including all other blocks: the size of the file after `flush`. */
  get length(): number {
    return this.#buffer.length;
  }

  /** Describes an interface. @returns its number in the file */
  addInterface(described: PcapngInterface): number {
    const number = this.#snapLengths.length;
    const snapLength = described.snapLength ?? MAX_SNAP_LENGTH;
    this.#numbers.set(described.interfaceIndex ?? number, number);
    this.#snapLengths.push(snapLength);
    this.#append(encodeInterface(described));
    return number;
  }

  /**
   * Adds a frame. With one interface, all frames belong to it; otherwise their `interfaceIndex` decides.
   * @param comment a comment on this frame
   * @throws RangeError if no interface is described for the frame
   * @throws OutputError `DISK_FULL`, `OUTPUT_CLOSED` or `SYSCALL`
   */
  add(frame: FrameView, keep: number, comment?: string): void {
    this.addTo(this.#numberOf(frame.interfaceIndex), frame, keep, comment);
  }

  /**
   * Adds a frame to the interface with this number, whatever its `interfaceIndex`.
   * @throws RangeError if there is no such interface
   * @throws OutputError `DISK_FULL`, `OUTPUT_CLOSED` or `SYSCALL`
   */
  addTo(number: number, frame: FrameView, keep: number, comment?: string): void {
    this.#check(number);
    const captured = Math.min(keep, frame.length, this.#snapLengths[number] ?? 0);
    const options = comment === undefined ? undefined : commentOption(comment);
    const length = enhancedPacketLength(captured, options?.length);
    const buffer = this.#buffer;
    const at = buffer.reserve(length);
    const out = buffer.bytes;
    writeEnhancedPacket(out, at, length, number, frame, captured);
    buffer.copy(frame.data, frame.offset, captured, at + EnhancedPacket.data);
    if (options !== undefined) out.set(options, at + EnhancedPacket.data + paddedLength(captured));
    buffer.added(1);
  }

  /**
   * Writes `frames` ready-made blocks, as the live pump makes them: immediately, without a copy, after the buffered
   * ones.
   * @throws OutputError `DISK_FULL`, `OUTPUT_CLOSED` or `SYSCALL`
   */
  writeRecords(records: Uint8Array, frames: number): void {
    this.#buffer.writeThrough(records, frames);
  }

  /** Adds counters of the interface with this number. */
  addStatistics(number: number, statistics: PcapngStatistics): void {
    this.#check(number);
    this.#append(encodeStatistics(number, statistics));
  }

  /** Writes the buffered blocks. @throws OutputError */
  async flush(): Promise<void> {
    this.#buffer.write();
  }

  /** Writes the buffered blocks and closes the output; after an error it only closes. @throws OutputError */
  close(): Promise<void> {
    return this.#buffer.close();
  }

  #check(number: number): void {
    if (number < 0 || number >= this.#snapLengths.length) throw new RangeError(`no interface ${number}`);
  }

  #numberOf(interfaceIndex: number): number {
    const number = this.#snapLengths.length === 1 ? 0 : this.#numbers.get(interfaceIndex);
    if (number === undefined) throw new RangeError(`no interface is described for the index ${interfaceIndex}`);
    return number;
  }

  #append(block: Uint8Array): void {
    const at = this.#buffer.reserve(block.length);
    this.#buffer.bytes.set(block, at);
    this.#buffer.added(0);
  }
}

/** Encodes a time for statistics: nanoseconds, the upper word first. */
function timeOption(wallTime: number): Uint8Array {
  const stamp = new Uint8Array(8);
  const seconds = Math.floor(wallTime / 1000);
  writeNanoseconds(stamp, 0, seconds, Math.trunc((wallTime - seconds * 1000) * 1e6));
  return stamp;
}
