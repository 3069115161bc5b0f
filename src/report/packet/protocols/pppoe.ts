/** PPPoE. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { hex, nameOf } from '../format.ts';
import { pppProtocolName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const pppoe: Printers<'pppoe'> = { pppoe: { text: pppoeText } };

const CODES: Readonly<Record<number, string>> = {
  9: 'PADI',
  7: 'PADO',
  25: 'PADR',
  101: 'PADS',
  167: 'PADT',
  0: '',
};

/** `PPPoE  [ses 0x27] ` */
function pppoeText(layer: LayerOf<'pppoe'>, { options }: Line): string {
  const code = nameOf(CODES, layer.code, `PAD-${layer.code.toString(16)}`);
  const session = layer.session === 0 ? '' : ` [ses ${hex(layer.session)}]`;
  const head = `PPPoE ${code}${session}`;
  if (layer.protocol === undefined) return `${head}, length ${layer.length}`;
  if (options.linkHeader !== true) return `${head} `;
  const name = pppProtocolName(layer.protocol, 'unknown');
  return `${head} ${name} (${hex(layer.protocol, 4)}), length ${layer.length}: `;
}
