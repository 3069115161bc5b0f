/** Formats an ICMP error with a short quote as ping(8) does. @module */
import type { ShortQuote } from '../../icmp/index.ts';

/** Returns a line for standard error. @param command the name of the command */
export function shortQuoteText(command: string, { source, bytes }: ShortQuote): string {
  return `${command}: quoted data too short (${bytes} bytes) from ${source}\n`;
}
