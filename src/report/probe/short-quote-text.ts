/** ICMP errors that quote too little, in ping(8)'s words: a line for standard error. @module */
import type { ShortQuote } from '../../icmp/index.ts';

/** @param command `ping` or `traceroute`, as it was called */
export function shortQuoteText(command: string, { source, bytes }: ShortQuote): string {
  return `${command}: quoted data too short (${bytes} bytes) from ${source}\n`;
}
