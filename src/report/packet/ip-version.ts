/** The version of IP at the beginning of a line. @module */
import type { Line } from './printer.ts';

/** `IP ` or `IP6 `; empty with `-e`, where the EtherType names it. */
export function ipVersionText(version: 4 | 6, { options }: Line): string {
  if (options.linkHeader === true) return '';
  return version === 4 ? 'IP ' : 'IP6 ';
}
