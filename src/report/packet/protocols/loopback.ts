/** BSD loopback headers (`-e`). @module */
import { LOOPBACK_FAMILIES } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

export const loopback: Printers<'loopback'> = {
  loopback: { text: loopbackText, isLinkHeader: true, unknownText: () => '' },
};

const FAMILIES: Readonly<Record<number, string>> = {
  ...Object.fromEntries(LOOPBACK_FAMILIES.ipv4.map((family) => [family, 'IPv4'])),
  ...Object.fromEntries(LOOPBACK_FAMILIES.ipv6.map((family) => [family, 'IPv6'])),
  7: 'ISO',
  16: 'APPLETALK',
  23: 'IPX',
};

/** `AF IPv4 (2), length 72: ` */
function loopbackText(layer: LayerOf<'loopback'>, line: Line): string {
  if (!line.isLinkShown) return '';
  const name = nameOf(FAMILIES, layer.family, 'Unknown');
  const length = `length ${layer.frameLength}: `;
  if (line.options.quiet === true) return `${name === 'Unknown' ? `AF Unknown (${layer.family})` : name}, ${length}`;
  return `AF ${name} (${layer.family}), ${length}`;
}
