/**
 * The library: live captures, filters, capture files, replay and probes (docs/library.md).
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

export { parseAddress } from './base/address.ts';
export { StackError, type StackErrorCode, SyscallError } from './base/errors.ts';
export type {
  CaptureSource,
  CaptureStatistics,
  FrameBatch,
  FrameSink,
  FrameView,
  Packet,
  ReadOptions,
} from './base/frame.ts';
export { LinkType } from './base/link-type.ts';
export {
  type BpfInstruction,
  compileFilter,
  disassemble,
  FilterError,
  type FilterOptions,
  type FilterProgram,
  interpret,
  ProgramError,
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
  TransmitSocket,
} from './capture/index.ts';
export {
  type MonitorEvent,
  type MonitorHostOptions,
  type MonitorHostRun,
  monitorHost,
  type PingEvent,
  type PingHostOptions,
  type PingHostRun,
  type PingOptions,
  type PingSummary,
  ping,
  pingHost,
  type TraceHostOptions,
  type TraceHostRun,
  type TracerouteEvent,
  type TracerouteOptions,
  traceHost,
  traceroute,
} from './icmp/index.ts';
export { listInterfaces, type NetworkInterface } from './inspect/index.ts';
export { NetlinkError } from './netlink/index.ts';
export {
  type CaptureInterface,
  type Compression,
  createPcapngWriter,
  createPcapWriter,
  type FileSource,
  OutputError,
  openFile,
  pcapFileFormat,
  pcapngFileFormat,
  type RecordFileFormat,
} from './pcap/index.ts';
export {
  type EchoMethodOptions,
  echoMethod,
  type KernelTransportOptions,
  type Origin,
  OriginTable,
  openKernelTransport,
  type ProbeSink,
  type ProbeTransport,
  preciseClock,
  type SweepEvent,
  type SweepHostsOptions,
  type SweepHostsRun,
  sweepHosts,
  type Target,
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
