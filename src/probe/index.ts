/** Probe transports, methods, the driver of engines, and sweeps. @module */
export { type DriveParts, drive, type ProbeEngine } from './drive.ts';
export { EventList } from './event-list.ts';
export { type HostOptions, HostRun } from './host-run.ts';
export type { KernelTransportOptions } from './kernel/kernel-options.ts';
export { openKernelTransport } from './kernel/open-kernel-transport.ts';
export type { MatchKind, ProbeMatch, ProbeMethod } from './method.ts';
export { DEFAULT_ECHO_SIZE, EchoMethod, type EchoMethodOptions, echoMethod, randomNonce } from './methods/icmp-echo.ts';
export { IcmpErrorReader } from './methods/icmp-error.ts';
export { NodeMethod } from './methods/node-information.ts';
export type { NodeInformation, PayloadDamage, PingMethod } from './methods/ping-method.ts';
export { SynMethod } from './methods/tcp-syn.ts';
export { UdpMethod } from './methods/udp.ts';
export type { SocketOptions, TransportNeeds } from './open-transport.ts';
export { type Origin, OriginTable } from './origin-table.ts';
export { Outbox } from './outbox.ts';
export { preciseClock } from './precise-clock.ts';
export { ProbeState, ProbeTable } from './probe-table.ts';
export { resolveTarget, type Target } from './resolve-target.ts';
export type { SweepEvent, SweepSummary } from './sweep/events.ts';
export { resolveSweepTargets, type SweepHostsOptions, type SweepHostsRun, sweepHosts } from './sweep/sweep-hosts.ts';
export type {
  ArrivalEvent,
  ErrorQueueEvent,
  ProbeEvent,
  ProbeSpec,
  ProbeTransport,
  SendResult,
  TimestampSource,
  TransmitEvent,
  TransportCapabilities,
} from './transport.ts';
export type { ProbeSink } from './transport-tap.ts';
