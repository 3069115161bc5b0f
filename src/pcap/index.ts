/** Capture files: PCAP and PCAPNG, read and written. @module */
export { type ByteSink, OutputError } from './byte-sink.ts';
export type { ByteSource } from './byte-source.ts';
export type { CaptureInterface, FilterChoice, FrameFilter, MatchingFilter } from './capture-interface.ts';
export { CaptureParser } from './capture-parser.ts';
export { DIRECT_BLOCK, DirectPcapFile, type GatheredRecords } from './file-direct.ts';
export { type FileSource, openFile } from './file-reader.ts';
export { createFileSink, type DescriptorPort, DescriptorSink, type FileSinkOptions } from './file-sink.ts';
export { openByteSource } from './file-source.ts';
export { createPcapngWriter, createPcapWriter } from './file-writer.ts';
export { MAXIMUM_SNAP_LENGTH, PcapRecordHeader, type TimestampPrecision } from './format.ts';
export { encodePcapHeader, type PcapOptions, PcapWriter } from './pcap-writer.ts';
export { type PcapngInterface, type PcapngOptions, type PcapngStatistics, PcapngWriter } from './pcapng-writer.ts';
export type { BufferOptions } from './record-buffer.ts';
