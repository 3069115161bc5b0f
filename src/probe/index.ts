/** Probing: transports, the engines' driver, and sweeps. @module */
export { type DriveParts, drive, type ProbeEngine } from './drive.ts';
export type { KernelTransportOptions } from './kernel-options.ts';
export type { MatchKind, ProbeDraft, ProbeMatch, ProbeMethod } from './method.ts';
export { openKernelTransport } from './open-kernel-transport.ts';
export { type Origin, OriginTable } from './origin-table.ts';
export { openPortableTransport, type PortableTransportOptions } from './portable-transport.ts';
export { preciseClock } from './precise-clock.ts';
export { type ProbeSink, RecordingTransport } from './recorder.ts';
export { type SweepRun, sweep } from './sweep.ts';
export type {
  SweepAlive,
  SweepEvent,
  SweepOptions,
  SweepSilent,
  SweepSummary,
  SweepUnreachable,
} from './sweep-events.ts';
export { SweepTargets } from './sweep-targets.ts';
export type {
  ArrivalEvent,
  ErrorQueueEvent,
  ProbeEvent,
  ProbeSpec,
  ProbeTransport,
  SendResult,
  StampSource,
  TimestampSource,
  TransmitEvent,
  TransportCapabilities,
} from './transport.ts';
export { VirtualClock } from './virtual-clock.ts';
