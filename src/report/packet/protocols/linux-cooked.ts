/** Linux cooked headers: interface and direction of version 2, the rest with `-e`. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { nameOf } from '../format.ts';
import { etherTypeText } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const linuxCooked: Printers<'cooked'> = { cooked: { text: cookedText, isLinkHeader: true } };

const PACKET_TYPES: Readonly<Record<number, string>> = { 0: 'In', 1: 'B', 2: 'M', 3: 'P', 4: 'Out' };

function cookedText(layer: LayerOf<'cooked'>, { options, names }: Line): string {
  const direction = nameOf(PACKET_TYPES, layer.packetType, '?');
  const address = layer.address === '' ? '' : `${layer.address} `;
  const type = options.quiet === true ? '' : `${etherTypeText(layer.protocol, false)}, length ${layer.frameLength}: `;
  if (layer.version === 1) return options.linkHeader === true ? `${direction.padStart(3)} ${address}${type}` : '';
  const place = `${names.interfaceName(layer.interfaceIndex ?? 0).padEnd(5)} ${direction.padEnd(3)} `;
  return options.linkHeader === true ? `${place}ifindex ${layer.interfaceIndex} ${address}${type}` : place;
}
