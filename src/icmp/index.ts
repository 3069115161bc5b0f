/** ICMP: the message codecs, ping, and traceroute. @module */

export {
  DEFAULT_ECHO_SIZE,
  EchoMethod,
  type EchoMethodOptions,
} from './echo-method.ts';
export {
  type ExtensionObjectSpec,
  encodeExtensions,
  encodeInterfaceInformation,
  encodeMplsLabels,
} from './encode-extensions.ts';
export {
  ExtensionClass,
  type ExtensionObject,
  type IcmpExtensions,
  type InterfaceInformation,
  type MplsLabel,
  readExtensions,
} from './extensions.ts';
export {
  encodeEchoReply,
  encodeEchoRequest,
  encodeIcmp4,
  encodeTimestamp,
  ICMP4_HEADER_LENGTH,
  Icmp4View,
  type IcmpEcho,
  type IcmpMessage,
} from './header4.ts';
export {
  encodeEcho6,
  encodeIcmp6,
  ICMP6_HEADER_LENGTH,
  Icmp6View,
  isNeighborDiscovery,
} from './header6.ts';
export { echoMethod, randomNonce } from './make-echo-method.ts';
export { type MonitorRun, monitor } from './monitor.ts';
export {
  MONITOR_HOPS,
  type MonitorEvent,
  type MonitorOptions,
  type MonitorPathChange,
  type MonitorRefused,
  type MonitorRound,
  type MonitorStart,
  type MonitorSummary,
} from './monitor-events.ts';
export type { MonitorHop } from './monitor-hop.ts';
export { NeighborDiscoveryView, NeighborOption, NeighborOptionView } from './neighbor-discovery.ts';
export {
  encodeNodeMessage,
  NodeInformationView,
  type NodeMessage,
  NodeQuery,
  nodeQuery,
} from './node-information.ts';
export { NodeMethod, type NodeMethodOptions } from './node-method.ts';
export { type PingParts, type PingRun, ping } from './ping.ts';
export type {
  PingError,
  PingEvent,
  PingRefused,
  PingReply,
  PingStart,
  PingStranger,
  PingSummary,
  PingTimeout,
  RoundTripFigures,
} from './ping-events.ts';
export type { NodeInformation, PayloadDamage, PingMethod, ReplyDetails } from './ping-method.ts';
export type { PingOptions } from './ping-options.ts';
export { QuoteView } from './quote.ts';
export type { ShortQuote } from './short-quote.ts';
export type { NetworkDescription } from './simulation/network-description.ts';
export { SimulatedNetwork, type SimulationOptions } from './simulation/simulated-network.ts';
export { type TracerouteParts, traceroute } from './traceroute.ts';
export type {
  HopAnswer,
  HopProbe,
  HopSilence,
  TracerouteEvent,
  TracerouteHop,
  TracerouteStart,
  TracerouteSummary,
} from './traceroute-events.ts';
export { TRACEROUTE_HOPS, type TracerouteOptions } from './traceroute-options.ts';
export {
  Icmp4Type,
  Icmp6Type,
  isIcmp4Error,
  isIcmp6Error,
  TimeExceededCode,
  Unreachable4Code,
  Unreachable6Code,
} from './types.ts';
