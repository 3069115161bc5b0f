/** Ping, traceroute and path monitoring. @module */
export type { MonitorEvent, MonitorRefused, MonitorSummary } from './monitor/events.ts';
export type { HopAddress, MonitorHop } from './monitor/hop.ts';
export { type MonitorHostOptions, type MonitorHostRun, monitorHost } from './monitor/monitor-host.ts';
export type { PingError, PingEvent, PingReply, PingStart, PingSummary } from './ping/events.ts';
export type { PingOptions } from './ping/options.ts';
export { ping } from './ping/ping.ts';
export { type PingHostOptions, type PingHostRun, pingHost } from './ping/ping-host.ts';
export type { ShortQuote } from './short-quote.ts';
export type {
  HopAnswer,
  HopChanges,
  HopProbe,
  TracerouteEvent,
  TracerouteHop,
  TracerouteStart,
} from './traceroute/events.ts';
export type { TracerouteOptions } from './traceroute/options.ts';
export { type TraceHostOptions, type TraceHostRun, traceHost } from './traceroute/trace-host.ts';
export { traceroute } from './traceroute/traceroute.ts';
