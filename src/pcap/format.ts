/**
 * Numbers of the two capture file formats (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng) and the limits that a
 * reader needs so that a hostile file cannot make it allocate without end. @module
 */
import { LinkType } from '../base/link-type.ts';

/** Classic PCAP: magic numbers as they read in the file's own byte order. */
export const PcapMagic = {
  microseconds: 0xa1b2c3d4,
  nanoseconds: 0xa1b23c4d,
  /** Kuznetzov's patched tcpdump: records have eight bytes more. */
  modified: 0xa1b2cd34,
} as const;

export const PCAP_FILE_HEADER_LENGTH = 24;
export const PCAP_MODIFIED_RECORD_HEADER_LENGTH = 24;

/** The head of a record (draft-ietf-opsawg-pcap, "Packet Record"): four 32-bit words, then the captured bytes. */
export const PcapRecordHeader = { seconds: 0, fraction: 4, capturedLength: 8, wireLength: 12, length: 16 } as const;

/** In the link type's field of a file header: the uppermost four bits say how many words of 16 bits check each frame. */
export const FRAME_CHECK_PRESENT = 0x0400_0000;

/** What the fraction of a record's second counts: microseconds, or nanoseconds. */
export type TimestampPrecision = 'micro' | 'nano';

/**
 * What ready-made records look like: those of a PCAP file, or PCAPNG blocks of a file's only interface. `inPlace`: they
 * may be made in the ring's own memory, with much filler between them.
 */
export type RecordFormat =
  | { readonly container: 'pcap'; readonly timestampPrecision: TimestampPrecision }
  | { readonly container: 'pcapng'; readonly inPlace: boolean };

/** Of a file that says 0, and the most that a writer puts down: tcpdump's `-s 0`. */
export const MAX_SNAP_LENGTH = 262_144;

/** No record or block may be longer, whatever it says (libpcap's limit for blocks, too). */
export const MAX_RECORD_LENGTH = 16 << 20;

/** Link types whose records may exceed `MAX_SNAP_LENGTH`: D-Bus, USBPcap, USB on Linux, EBHSCR. */
const LONG_RECORD_LINK_TYPES: ReadonlySet<number> = new Set([231, 249, 189, 220, 279]);

/** Captured bytes that a record of this link type may have. */
export function maxCapturedLength(linkType: LinkType): number {
  return LONG_RECORD_LINK_TYPES.has(linkType) ? MAX_RECORD_LENGTH : MAX_SNAP_LENGTH;
}

/** DLT_RAW as Linux numbers it; files should say 101, and some say this. */
const DLT_RAW = 12;

/** The link type of a number in a file. */
export function linkTypeOfFile(number: number): LinkType {
  return number === DLT_RAW ? LinkType.raw : number;
}

/** PCAPNG: block types. */
export const BlockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  packet: 2,
  simplePacket: 3,
  interfaceStatistics: 5,
  enhancedPacket: 6,
  /** Of the range for local use: bytes that say nothing, to be passed over. */
  filler: 0x8000_7470,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type and total length in front, total length behind. */
export const BLOCK_OVERHEAD = 12;

/** PCAPNG: options that are read or written. */
export const OptionCode = {
  end: 0,
  comment: 1,
  userApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceTimestampResolution: 9,
  interfaceFilter: 11,
  interfaceFrameCheckLength: 13,
  interfaceTimestampOffset: 14,
  statisticsStart: 2,
  statisticsEnd: 3,
  statisticsReceived: 4,
  statisticsDropped: 5,
  statisticsFilterAccepted: 6,
  statisticsSystemDropped: 7,
  statisticsDelivered: 8,
} as const;
