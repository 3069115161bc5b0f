/**
 * tapline as a library: packets from Linux interfaces and files, filters, capture files.
 *
 * @example
 * import { createPcapWriter, openLive, record } from 'tapline';
 *
 * await using source = openLive('eth0', { filter: 'tcp port 25' });
 * const file = createPcapWriter('mail.pcap', source);
 * const { frames, statistics } = await record(source, file, { limit: 1000 });
 * await file.close();
 * @module
 */
export {
  type CaptureSource,
  type CaptureStatistics,
  type FrameBatch,
  type FrameSink,
  type FrameView,
  LinkType,
  type Packet,
  type ReadOptions,
  StackError,
  SyscallError,
} from './base/index.ts';
export {
  type BpfInstruction,
  compileFilter,
  disassemble,
  FilterError,
  type FilterOptions,
  type FilterProgram,
  interpret,
} from './bpf/index.ts';
export { type LiveOptions, type LiveSource, openLive } from './capture/index.ts';
export { listInterfaces, type NetworkInterface } from './inspect/index.ts';
export { createPcapngWriter, createPcapWriter, type FileSource, openFile } from './pcap/index.ts';
export { frameToJson, PacketPrinter, type PacketPrintOptions, summarize } from './report/index.ts';
export {
  type RecordOptions,
  type RecordProgress,
  type RecordSummary,
  record,
  type StopReason,
} from './session/index.ts';
