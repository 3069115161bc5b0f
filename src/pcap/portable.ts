/** The part of this room that needs no Node: a web page reads and writes capture files through this door. @module */
export { type ByteSink, OutputError } from './byte-sink.ts';
export type { CaptureInterface, FilterChoice, FrameFilter } from './capture-interface.ts';
export { CaptureParser } from './capture-parser.ts';
export type { TimestampPrecision } from './format.ts';
export { type PcapOptions, PcapWriter } from './pcap-writer.ts';
export { type PcapngInterface, type PcapngOptions, type PcapngStatistics, PcapngWriter } from './pcapng-writer.ts';
export type { BufferOptions } from './record-buffer.ts';
