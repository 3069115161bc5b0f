/** Capture files: PCAP and PCAPNG, read and written. @module */
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
  checkOutputFile,
  checkOutputFolder,
  type FileIdentity,
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
export * from './portable.ts';
