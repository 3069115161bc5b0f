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
  parseAddress,
  type ReadOptions,
  StackError,
  SyscallError,
} from './base/index.ts';
export {
  assemble,
  BatchEntry,
  type BpfInstruction,
  compileFilter,
  compileToWasm,
  createEngine,
  disassemble,
  type EngineOptions,
  type FilterEngine,
  FilterError,
  type FilterOptions,
  type FilterProgram,
  interpret,
  type WasmFilter,
} from './bpf/index.ts';
export {
  type FanoutGroup,
  type FrameTransmitter,
  type LiveInterface,
  type LiveOptions,
  type LiveSource,
  type MergedSource,
  type MergeOptions,
  mergeSources,
  openLive,
  openLiveMany,
  openShared,
  type RingSharing,
  returnFreedMemory,
  TransmitSocket,
} from './capture/index.ts';
export {
  type EchoMethodOptions,
  echoMethod,
  type PingEvent,
  type PingOptions,
  type PingSummary,
  ping,
  type TracerouteEvent,
  type TracerouteOptions,
  traceroute,
} from './icmp/index.ts';
export { listInterfaces, type NetworkInterface } from './inspect/index.ts';
export {
  type CaptureInterface,
  type Compression,
  compressionOfName,
  createPcapngWriter,
  createPcapWriter,
  DirectFile,
  type FileSource,
  openFile,
  pcapContainer,
  pcapFileFormat,
  pcapngContainer,
  pcapngFileFormat,
  type RecordFileFormat,
} from './pcap/index.ts';
export {
  type KernelTransportOptions,
  type Origin,
  OriginTable,
  openKernelTransport,
  type ProbeTransport,
  preciseClock,
} from './probe/index.ts';
export {
  formatPingEvent,
  formatTracerouteEvent,
  frameToJson,
  PacketPrinter,
  type PacketPrintOptions,
  summarize,
} from './report/index.ts';
export {
  FileSeries,
  type FileSeriesOptions,
  type FinishedFile,
  type FlightCounters,
  FlightFiles,
  type FlightFilesOptions,
  type FlightOptions,
  type FlightOutput,
  FlightRecorder,
  type FlightRunOptions,
  type FlightSummary,
  type FlightTrigger,
  GrowingFiles,
  type RecordOptions,
  type RecordProgress,
  type RecordSummary,
  type RecordTarget,
  type ReplayEdits,
  type ReplayOptions,
  type ReplayPace,
  type ReplaySummary,
  type Rotation,
  record,
  recordFlight,
  refuseDefaultRoute,
  replay,
  type StopReason,
} from './session/index.ts';
