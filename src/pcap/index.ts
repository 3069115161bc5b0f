/** Capture files: PCAP and PCAPNG, read and written. @module */
export { addComment, EnhancedPacket, enhancedPacketLength, writeEnhancedPacket } from './enhanced-packet.ts';
export { openFiles } from './file-chain.ts';
export { type Compression, compressionOfName } from './file-compression.ts';
export { DIRECT_BLOCK } from './file-direct.ts';
export { pcapFileFormat, pcapngFileFormat, type RecordFileFormat } from './file-format.ts';
export {
  type Allowed,
  checkOutputFile,
  checkOutputFolder,
  type FileSinkOptions,
  isPlainFile,
  type OutputTarget,
  openOutputFile,
  STANDARD_OUTPUT,
} from './file-output.ts';
export { type FileSource, openFile } from './file-reader.ts';
export { createPcapngWriter, createPcapWriter } from './file-writer.ts';
export { BlockType, MAX_RECORD_LENGTH, MAX_SNAP_LENGTH, PcapRecordHeader, type RecordFormat } from './format.ts';
export { writePcapRecordHeader } from './pcap-writer.ts';
export { encodeInterface, encodeStatistics } from './pcapng-writer.ts';
export * from './portable.ts';
export { type GatheredRecords, ownRecords, type RecordFile } from './record-file.ts';
export { RecordFrames } from './record-frames.ts';
export type { FrameLayout } from './record-layout.ts';
