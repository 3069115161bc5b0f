/** IPv4 options in `-v` lines (RFC 791, 3.1; RFC 2113). @module */
import type { Ipv4Option } from '../../dissect/index.ts';

const NAMES: Readonly<Record<number, string>> = {
  0: 'EOL',
  1: 'NOP',
  7: 'RR',
  68: 'timestamp',
  130: 'security',
  131: 'LSRR',
  137: 'SSRR',
  148: 'RA',
  222: 'RFC1393',
};

/** `RR 0.0.0.0 0.0.0.0`, `RA`, `unknown 151`. */
export function ipv4OptionText(option: Ipv4Option): string {
  const name = NAMES[option.type] ?? `unknown ${option.type}`;
  switch (option.type) {
    case 7:
    case 131:
    case 137:
      return `${name}${routeText(option.data)}`;
    case 148:
      return option.data === '0000' || option.data === '' ? name : `${name} value ${Number.parseInt(option.data, 16)}`;
    default:
      return name;
  }
}

/** A pointer, then addresses; the one that the pointer stands on has a comma before it. */
function routeText(data: string): string {
  const pointer = Number.parseInt(data.slice(0, 2), 16);
  let text = '';
  for (let at = 2; at + 8 <= data.length; at += 8) {
    const quad = [0, 2, 4, 6].map((digit) => Number.parseInt(data.slice(at + digit, at + digit + 2), 16)).join('.');
    const isNext = pointer === at / 2 + 3;
    text += `${isNext && at > 2 ? ',' : ' '}${quad}`;
  }
  return text;
}
