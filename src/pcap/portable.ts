/** What of capture files needs no Node: a web page reads and writes them by this door. @module */
export { type ByteSink, OutputError } from './byte-sink.ts';
export type { ByteSource } from './byte-source.ts';
export type { CaptureInterface, FilterChoice, FrameFilter } from './capture-interface.ts';
export { CaptureParser } from './capture-parser.ts';
export { addComment, EnhancedPacket, enhancedPacketLength, writeEnhancedPacket } from './enhanced-packet.ts';
export {
  BlockType,
  MAX_RECORD_LENGTH,
  MAX_SNAP_LENGTH,
  PcapRecordHeader,
  type RecordFormat,
  type TimestampPrecision,
} from './format.ts';
export { encodePcapHeader, PCAP_LAYOUT, type PcapOptions, PcapWriter, writePcapRecordHeader } from './pcap-writer.ts';
export {
  encodeInterface,
  encodeStatistics,
  type PcapngInterface,
  type PcapngOptions,
  type PcapngStatistics,
  PcapngWriter,
} from './pcapng-writer.ts';
export type { BufferOptions } from './record-buffer.ts';
export { type GatheredRecords, ownRecords, type RecordFile } from './record-file.ts';
export type { FrameLayout } from './record-layout.ts';
