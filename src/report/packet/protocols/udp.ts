/** UDP. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { endpointsText, truncatedTransport } from '../endpoints.ts';
import { hex, isSameSum } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

export const udp: Printers<'udp'> = {
  udp: { text: udpText },
  '[|udp]': truncatedTransport,
};

const HEADER_LENGTH = 8;

function udpText(layer: LayerOf<'udp'>, line: Line): string {
  const { next, verbosity, options } = line;
  const head = `${endpointsText(layer, 'udp', line)}${verbosity > 0 ? checksumText(layer, line) : ''}`;
  if (next !== undefined && options.quiet !== true && line.printerOf(next).replacesLength === true) return head;
  const length = layer.length - HEADER_LENGTH;
  if (length > layer.payloadLength && !layer.isFragment) {
    return `${head}UDP, bad length ${length} > ${layer.payloadLength}`;
  }
  return `${head}UDP, length ${length}`;
}

function checksumText({ checksum, expectedChecksum, isFragment }: LayerOf<'udp'>, line: Line): string {
  const isShown = line.ip?.kind === 'ipv6' || line.verbosity > 1; // like tcpdump
  if (line.options.skipChecksums === true || !isShown) return '';
  if (checksum === 0 && !isFragment) return '[no cksum] ';
  if (expectedChecksum === undefined) return '';
  if (isSameSum(checksum, expectedChecksum)) return '[udp sum ok] ';
  return `[bad udp cksum ${hex(checksum, 4)} -> ${hex(expectedChecksum, 4)}!] `;
}
