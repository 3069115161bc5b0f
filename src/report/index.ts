/** Plain data in, text out: what tapline prints. No I/O. @module */

export { formatCaptureInfo } from './file/capture-info-text.ts';
export {
  type FilterCount,
  filterCountText,
  filterDecisionText,
  filterDot,
  filterExplanationText,
  filterTraceText,
} from './filter-text.ts';
export { formatColumns } from './host/columns.ts';
export { formatDropPlaces } from './host/drop-places.ts';
export {
  ETHERCONFIG_MENU,
  ETHERCONFIG_SUBMENUS,
  formatLoopback,
  formatMedia,
  formatMenu,
  formatMtu,
  formatMulticast,
  formatOutcome,
  formatPlan,
  formatStatus,
  formatVlans,
} from './host/etherconfig.ts';
export { formatFlush } from './host/flush.ts';
export { formatInterfaces } from './host/interfaces.ts';
export { formatLinuxRoutes, formatRules } from './host/linux-routes.ts';
export {
  formatLinuxListenQueues,
  formatListenProblems,
  formatListenQueues,
  formatListenQueuesCsv,
} from './host/listen-queues.ts';
export {
  formatArpCache,
  formatNdpCache,
  formatNeighbour,
  formatNeighboursCsv,
  neighbourFindingText,
} from './host/neighbours.ts';
export {
  formatInterfaceCounters,
  formatInterfaceCountersCsv,
  formatLinuxInterfaceCounters,
} from './host/netstat-interfaces.ts';
export { formatRoutes, formatRoutesCsv } from './host/netstat-routes.ts';
export { formatSocketChanges, formatSockets, formatSocketsCsv, type SocketStyle } from './host/netstat-sockets.ts';
export {
  LINES_PER_BANNER,
  type TrafficReport,
  trafficBanner,
  trafficCsvLines,
  trafficCsvTitles,
  trafficLine,
  trafficRateBanner,
  trafficRateLine,
  trafficToJson,
} from './host/netstat-traffic.ts';
export { formatNumberedInterfaces } from './host/numbered-interfaces.ts';
export { formatRouteLookup } from './host/route-lookup.ts';
export { formatServiceChanges, formatTcpServices, formatTcpServicesWide } from './host/tcp-services-text.ts';
export { frameToJson } from './packet/json.ts';
export { PacketPrinter, summarize } from './packet/line.ts';
export type { DumpStyle, PacketPrintOptions, TimeStyle } from './packet/options.ts';
export { localErrorText } from './probe/local-error-text.ts';
export { formatMtrCsv, formatMtrPrometheus, formatMtrXml } from './probe/mtr-export.ts';
export { formatMtrTable, unknownColumns } from './probe/mtr-text.ts';
export { discloseHops, discloseMonitor, discloseTraceroute, type PathDisclosure } from './probe/path-disclosure.ts';
export { pingFiguresText, pingHistogramText } from './probe/ping-figures-text.ts';
export { iputilsTextFormatter } from './probe/ping-iputils-text.ts';
export { formatPingEvent, pingInterimText, pingTextFormatter } from './probe/ping-text.ts';
export { ProbeJsonDocument, probeEventToJsonLine } from './probe/probe-json.ts';
export { shortQuoteText } from './probe/short-quote-text.ts';
export { smtpTextFormatter } from './probe/smtp-text.ts';
export { formatSweepEvent, sweepProgressText } from './probe/sweep-text.ts';
export { tracerouteDot } from './probe/traceroute-dot.ts';
export { formatTracerouteEvent, tracerouteHeader } from './probe/traceroute-text.ts';
