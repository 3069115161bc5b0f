/**
 * Constants of the two capture file formats (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng), and the limits that
 * bound the memory for a hostile file. @module
 */
import { LinkType } from '../base/link-type.ts';

/** Magic numbers of classic PCAP, in the byte order of the file. */
export const PcapMagic = {
  microseconds: 0xa1b2c3d4,
  nanoseconds: 0xa1b23c4d,
  /** Kuznetzov's patched tcpdump: record headers are eight bytes longer. */
  modified: 0xa1b2cd34,
} as const;

export const PCAP_FILE_HEADER_LENGTH = 24;
export const PCAP_MODIFIED_RECORD_HEADER_LENGTH = 24;

/** Header of a record (draft-ietf-opsawg-pcap, "Packet Record"): four 32-bit words before the captured bytes. */
export const PcapRecordHeader = { seconds: 0, fraction: 4, capturedLength: 8, wireLength: 12, length: 16 } as const;

/**
 * In the link type field of a file header: the upper four bits give the frame check sequence's length in 16-bit words.
 */
export const FRAME_CHECK_PRESENT = 0x0400_0000;

/** Unit of the fraction of a second in a record. */
export type TimestampPrecision = 'micro' | 'nano';

/**
 * Format of ready-made records: PCAP, or PCAPNG blocks of the only interface of a file. `inPlace`: they may be made in
 * the memory of the ring, with filler between them.
 */
export type RecordFormat =
  | { readonly container: 'pcap'; readonly timestampPrecision: TimestampPrecision }
  | { readonly container: 'pcapng'; readonly inPlace: boolean };

/** Snap length of a file that declares 0, and the largest that a writer declares: tcpdump's `-s 0`. */
export const MAX_SNAP_LENGTH = 262_144;

/** Maximum length of a record or block, whatever it declares (also libpcap's limit for blocks). */
export const MAX_RECORD_LENGTH = 16 << 20;

/** Link types whose frames may exceed `MAX_SNAP_LENGTH`: D-Bus, USBPcap, USB on Linux, EBHSCR. */
const LONG_RECORD_LINK_TYPES: ReadonlySet<number> = new Set([231, 249, 189, 220, 279]);

/** Returns the maximum captured length of a frame of this link type. */
export function maxCapturedLength(linkType: LinkType): number {
  return LONG_RECORD_LINK_TYPES.has(linkType) ? MAX_RECORD_LENGTH : MAX_SNAP_LENGTH;
}

/** DLT_RAW as Linux numbers it. Files should use 101, but some use this. */
const DLT_RAW = 12;

/** Returns the link type for a number in a file. */
export function linkTypeOfFile(number: number): LinkType {
  return number === DLT_RAW ? LinkType.raw : number;
}

/** PCAPNG block types. */
export const BlockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  packet: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
  decryptionSecrets: 10,
  custom: 0x0bad,
  /** A custom block that must not be copied when the file is changed. */
  customNotCopied: 0x4000_0bad,
  /** Filler, from the range for local use. Readers skip it. */
  filler: 0x8000_7470,
} as const;

/** Returns whether blocks of this type hold a frame. */
export function isPacketBlock(type: number): boolean {
  return type === BlockType.enhancedPacket || type === BlockType.simplePacket || type === BlockType.packet;
}

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Type and total length before the body, total length after it. */
export const BLOCK_OVERHEAD = 12;

/** PCAPNG options that are read or written. */
export const OptionCode = {
  end: 0,
  comment: 1,
  hardware: 2,
  operatingSystem: 3,
  userApplication: 4,
  packetFlags: 2,
  packetHash: 3,
  packetDrops: 4,
  packetId: 5,
  packetQueue: 6,
  packetVerdict: 7,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceAddress4: 4,
  interfaceAddress6: 5,
  interfaceMacAddress: 6,
  interfaceEuiAddress: 7,
  interfaceSpeed: 8,
  interfaceTimestampResolution: 9,
  interfaceFilter: 11,
  interfaceOperatingSystem: 12,
  interfaceFrameCheckLength: 13,
  interfaceTimestampOffset: 14,
  interfaceHardware: 15,
  interfaceTransmitSpeed: 16,
  interfaceReceiveSpeed: 17,
  statisticsStart: 2,
  statisticsEnd: 3,
  statisticsReceived: 4,
  statisticsDropped: 5,
  statisticsFilterAccepted: 6,
  statisticsSystemDropped: 7,
  statisticsDelivered: 8,
} as const;
