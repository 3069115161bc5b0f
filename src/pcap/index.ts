/** Capture files: PCAP and PCAPNG, read and written. @module */
export { type ByteSink, OutputError } from './byte-sink.ts';
export type { ByteSource } from './byte-source.ts';
export type { CaptureInterface, FilterChoice, FrameFilter, MatchingFilter } from './capture-interface.ts';
export { CaptureParser } from './capture-parser.ts';
export { EnhancedPacket, enhancedPacketLength, writeEnhancedPacket } from './enhanced-packet.ts';
export { type Compression, compressionOfName } from './file-compression.ts';
export { DIRECT_BLOCK, DirectFile } from './file-direct.ts';
export {
  pcapContainer,
  pcapFileFormat,
  pcapngContainer,
  pcapngFileFormat,
  type RecordFileFormat,
} from './file-format.ts';
export {
  type Allowed,
  type FileSinkOptions,
  isPlainFile,
  type OutputTarget,
  openOutputFile,
  STANDARD_OUTPUT,
} from './file-open.ts';
export { type FileOptions, type FileSource, openFile } from './file-reader.ts';
export { createFileSink, type DescriptorPort, DescriptorSink } from './file-sink.ts';
export { openByteSource } from './file-source.ts';
export { createPcapngWriter, createPcapWriter } from './file-writer.ts';
export {
  BlockType,
  MAXIMUM_SNAP_LENGTH,
  PcapRecordHeader,
  type RecordFormat,
  type TimestampPrecision,
} from './format.ts';
export { encodePcapHeader, PCAP_LAYOUT, type PcapOptions, PcapWriter } from './pcap-writer.ts';
export {
  encodeStatistics,
  type PcapngInterface,
  type PcapngOptions,
  type PcapngStatistics,
  PcapngWriter,
} from './pcapng-writer.ts';
export type { BufferOptions, FrameLayout } from './record-buffer.ts';
export { type GatheredRecords, ownRecords, type RecordFile } from './record-file.ts';
