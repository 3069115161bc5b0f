/** Plain data in, text out: what tapline prints. No I/O. @module */
export { formatInterfaces } from './interfaces.ts';
export { frameToJson, type JsonFrame } from './packet-json.ts';
export { PacketPrinter, summarize } from './packet-line.ts';
export type { DumpStyle, PacketNames, PacketPrintOptions, TimeStyle } from './packet-options.ts';
