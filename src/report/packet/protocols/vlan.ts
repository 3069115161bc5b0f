/** VLAN tags (`-e`). @module */
import { MAX_802_3_LENGTH } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { etherTypeText } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const vlan: Printers<'vlan'> = { vlan: { text: vlanText, isLinkHeader: true, unknownText: () => '' } };

/** `vlan 100, p 0, ethertype IPv4 (0x0800), ` */
function vlanText(layer: LayerOf<'vlan'>, line: Line): string {
  if (!line.isLinkShown) return '';
  const isLength = layer.etherType <= MAX_802_3_LENGTH;
  // tcpdump separates "802.3" by nothing from what follows.
  const next = isLength ? '802.3' : `${etherTypeText(layer.etherType, line.options.quiet === true)}, `;
  return `vlan ${layer.identifier}, p ${layer.priority}${layer.isDropEligible ? ', DEI' : ''}, ${next}`;
}
