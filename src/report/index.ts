/** Plain data in, text out: what tapline prints. No I/O. @module */

export {
  type FilterCount,
  filterCountText,
  filterDecisionText,
  filterDot,
  filterExplanationText,
  filterTraceText,
} from './filter-text.ts';
export { formatInterfaces } from './interfaces.ts';
export { localErrorText } from './local-error-text.ts';
export { formatMtrCsv, formatMtrPrometheus, formatMtrXml } from './mtr-export.ts';
export { formatMtrTable, type MtrTextOptions, sparkline, unknownColumns } from './mtr-text.ts';
export { frameToJson, type JsonFrame } from './packet-json.ts';
export { PacketPrinter, summarize } from './packet-line.ts';
export type { DumpStyle, PacketNames, PacketPrintOptions, TimeStyle } from './packet-options.ts';
export {
  discloseHops,
  discloseMonitor,
  discloseTraceroute,
  HIDDEN_ADDRESS,
  type PathDisclosure,
} from './path-disclosure.ts';
export { pingFiguresText, pingHistogramText } from './ping-figures-text.ts';
export { type IputilsTextOptions, iputilsTextFormatter } from './ping-iputils-text.ts';
export { formatPingEvent, type PingTextOptions, pingInterimText, pingTextFormatter } from './ping-text.ts';
export { ProbeJsonDocument, probeEventToJsonLine } from './probe-json.ts';
export { shortQuoteText } from './short-quote-text.ts';
export { formatSweepEvent, type SweepTextOptions, sweepProgressText } from './sweep-text.ts';
export { tracerouteDot } from './traceroute-dot.ts';
export { formatTracerouteEvent, type TracerouteTextOptions, tracerouteHeader } from './traceroute-text.ts';
