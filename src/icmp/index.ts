/** ICMP: the message codecs, ping, and traceroute. @module */
export {
  MONITOR_HOPS,
  type MonitorEvent,
  type MonitorOptions,
  type MonitorRefused,
  type MonitorSummary,
} from './monitor/events.ts';
export type { HopAddress, MonitorHop } from './monitor/hop.ts';
export { monitor } from './monitor/monitor.ts';
export type { PingError, PingEvent, PingReply, PingStart, PingSummary } from './ping/events.ts';
export type { PingOptions } from './ping/options.ts';
export { type PingRun, ping } from './ping/ping.ts';
export type { ShortQuote } from './short-quote.ts';
export type {
  HopAnswer,
  HopChanges,
  HopProbe,
  TracerouteEvent,
  TracerouteHop,
  TracerouteStart,
} from './traceroute/events.ts';
export { TRACEROUTE_HOPS, type TracerouteOptions } from './traceroute/options.ts';
export { traceroute } from './traceroute/traceroute.ts';
