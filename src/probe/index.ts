/** Probing: transports, the engines' driver, and sweeps. @module */
export { type DriveParts, drive, type ProbeEngine } from './drive.ts';
export { EventList } from './event-list.ts';
export type { KernelTransportOptions } from './kernel/kernel-options.ts';
export { openKernelTransport } from './kernel/open-kernel-transport.ts';
export type { MatchKind, ProbeMatch, ProbeMethod } from './method.ts';
export { DEFAULT_ECHO_SIZE, EchoMethod, type EchoMethodOptions } from './methods/icmp-echo.ts';
export { IcmpErrorReader } from './methods/icmp-error.ts';
export { echoMethod, randomNonce } from './methods/make-icmp-echo.ts';
export { NodeMethod } from './methods/node-information.ts';
export type { NodeInformation, PayloadDamage, PingMethod } from './methods/ping-method.ts';
export { SynMethod } from './methods/tcp-syn.ts';
export { UdpMethod } from './methods/udp.ts';
export { type Origin, OriginTable } from './origin-table.ts';
export { Outbox } from './outbox.ts';
export { openPortableTransport } from './portable-transport.ts';
export { preciseClock } from './precise-clock.ts';
export { ProbeState, ProbeTable } from './probe-table.ts';
export { RecordingTransport } from './recorder.ts';
export type { SweepEvent, SweepSummary } from './sweep/events.ts';
export { type SweepRun, sweep } from './sweep/sweep.ts';
export { SweepTargets } from './sweep/targets.ts';
export type {
  ArrivalEvent,
  ErrorQueueEvent,
  ProbeEvent,
  ProbeSpec,
  ProbeTransport,
  SendResult,
  TimestampSource,
  TransmitEvent,
} from './transport.ts';
