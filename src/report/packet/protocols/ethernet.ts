/** Ethernet headers (`-e`). @module */
import { MAX_802_3_LENGTH } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { etherTypeText } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const ethernet: Printers<'ethernet'> = {
  ethernet: { text: ethernetText, isLinkHeader: true, unknownText: () => '' },
};

/** `source > destination, ethertype IPv4 (0x0800), length 74: ` */
function ethernetText(layer: LayerOf<'ethernet'>, line: Line): string {
  if (!line.isLinkShown) return '';
  const addresses = `${layer.source} > ${layer.destination}, `;
  if (layer.etherType <= MAX_802_3_LENGTH) return `${addresses}802.3, length ${layer.etherType}: `;
  return `${addresses}${etherTypeText(layer.etherType, line.options.quiet === true)}, length ${layer.frameLength}: `;
}
