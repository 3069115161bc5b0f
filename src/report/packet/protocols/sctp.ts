/** SCTP: the common header; tcpdump also prints chunks. @module */
import { endpointsText, truncatedTransport } from '../endpoints.ts';
import type { Printers } from '../printer.ts';

export const sctp: Printers<'sctp'> = {
  sctp: { text: (layer, line) => `${endpointsText(layer, 'sctp', line)}sctp, length ${layer.length}` },
  '[|sctp]': truncatedTransport,
};
