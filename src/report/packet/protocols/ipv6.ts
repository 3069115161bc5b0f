/** The fixed header of IPv6: addresses, and the other fields with `-v`. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { addressesText, areAddressesPrintedLater, ipVersionText } from '../endpoints.ts';
import { hex } from '../format.ts';
import { ipProtocolName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const ipv6: Printers<'ipv6'> = { ipv6: { text: ipv6Text } };

function ipv6Text(layer: LayerOf<'ipv6'>, line: Line): string {
  line.ip = layer;
  const missing = layer.missingLength > 0 ? `truncated-ip6 - ${layer.missingLength} bytes missing!` : '';
  const head = `${ipVersionText(6, line)}${line.verbosity > 0 ? detailsText(layer) : ''}${missing}`;
  return areAddressesPrintedLater(layer.nextHeader) ? head : `${head}${addressesText(layer, line)} `;
}

function detailsText(layer: LayerOf<'ipv6'>): string {
  const trafficClass = layer.trafficClass === 0 ? '' : `class ${hex(layer.trafficClass, 2)}, `;
  const flow = layer.flowLabel === 0 ? '' : `flowlabel ${hex(layer.flowLabel, 5)}, `;
  const next = `next-header ${ipProtocolName(layer.nextHeader)} (${layer.nextHeader})`;
  return `(${trafficClass}${flow}hlim ${layer.hopLimit}, ${next} payload length: ${layer.payloadLength}) `;
}
