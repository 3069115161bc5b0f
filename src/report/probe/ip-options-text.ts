/** Formats the IPv4 options of a reply (RFC 791, 3.1) as ping(8) does. @module */
import { formatIpv4, IPV4_LENGTH } from '../../base/address.ts';
import { EMPTY, isEqualBytes, readU8 } from '../../base/bytes.ts';

const END_OF_LIST = 0;
const NO_OPERATION = 1;
const RECORD_ROUTE = 7;
const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;
/** Type, length and pointer precede the addresses. */
const ROUTE_HEADER = 3;

/**
 * @param lastRoute route of the previous reply; an equal one is abbreviated
 * @returns text after the line, and the route for the next call
 */
export function formatIpOptions(
  options: Uint8Array,
  lastRoute: Uint8Array | undefined,
): { readonly text: string; readonly route: Uint8Array | undefined } {
  let text = '';
  let route = lastRoute;
  let at = 0;
  while (at < options.length) {
    const type = readU8(options, at);
    if (type === END_OF_LIST) break;
    if (type === NO_OPERATION) {
      text += '\nNOP';
      at += 1;
      continue;
    }
    const length = at + 1 < options.length ? readU8(options, at + 1) : 0;
    const end = at + length;
    if (type === RECORD_ROUTE) {
      const pointer = at + 2 < options.length ? readU8(options, at + 2) : 0;
      // As in ping(8), an empty route equals no previous one.
      const recorded = options.slice(at + ROUTE_HEADER, at + Math.max(ROUTE_HEADER, Math.min(pointer, length)));
      const isSame = isEqualBytes(recorded, route ?? EMPTY);
      text += isSame ? '\t(same route)' : `\nRR: ${addresses(recorded)}`;
      route = recorded;
    } else if (type === LOOSE_SOURCE_ROUTE || type === STRICT_SOURCE_ROUTE) {
      const listed = end <= options.length ? options.subarray(at + ROUTE_HEADER, end) : EMPTY;
      const after = listed.length < IPV4_LENGTH ? '\n' : '';
      text += `\n${type === LOOSE_SOURCE_ROUTE ? 'LSRR' : 'SSRR'}: ${addresses(listed)}${after}`;
    } else {
      text += `\nunknown option ${type.toString(16)}`;
    }
    if (length < 2) break; // the next option cannot be found
    at = end;
  }
  return { text, route };
}

function addresses(list: Uint8Array): string {
  if (list.length < IPV4_LENGTH) return '\t(truncated route)';
  const lines: string[] = [];
  for (let at = 0; at + IPV4_LENGTH <= list.length; at += IPV4_LENGTH) lines.push(`\t${formatIpv4(list, at)}`);
  return lines.join('\n');
}
