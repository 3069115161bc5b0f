/** The IP authentication header. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { hex } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

export const ah: Printers<'ah'> = { ah: { text: authenticationText } };

function authenticationText(layer: LayerOf<'ah'>, { verbosity }: Line): string {
  const length = verbosity > 0 ? `length=${layer.lengthField}(${layer.headerLength}-bytes),` : '';
  const numbers = `spi=${hex(layer.securityParameters, 8)},seq=${hex(layer.sequence)}`;
  return `AH(${length}${numbers},icv=0x${layer.integrity}): `;
}
