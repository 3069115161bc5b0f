/** VXLAN and Geneve. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { hex } from '../format.ts';
import { etherTypeName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const overlay: Printers<'overlay'> = { overlay: { text: overlayText, replacesLength: true } };

const VXLAN_IDENTIFIER_VALID = 0x08;
const GENEVE_CONTROL = 0x80;
const GENEVE_CRITICAL_OPTIONS = 0x40;

/** `Geneve, Flags [C], vni 0xa, options [8 bytes]: `. Behind VXLAN, where tcpdump starts a new line, the line goes on. */
function overlayText(layer: LayerOf<'overlay'>, { options, verbosity }: Line): string | undefined {
  if (options.quiet === true) return undefined;
  const { flags, identifier } = layer;
  if (layer.name === 'VXLAN') {
    const valid = (flags & VXLAN_IDENTIFIER_VALID) === 0 ? 'invalid' : 'I';
    return `VXLAN, flags [${valid}] (${hex(flags, 2)}), vni ${identifier}: `;
  }
  const letters = `${(flags & GENEVE_CONTROL) === 0 ? '' : 'O'}${(flags & GENEVE_CRITICAL_OPTIONS) === 0 ? '' : 'C'}`;
  const protocol = `, proto ${etherTypeName(layer.protocol, 'unknown')} (${hex(layer.protocol, 4)})`;
  const length = layer.optionsLength === 0 ? '' : `, options [${layer.optionsLength} bytes]`;
  const head = `Geneve, Flags [${letters === '' ? 'none' : letters}], vni ${hex(identifier)}`;
  return `${head}${options.linkHeader === true ? protocol : ''}${length}${verbosity > 0 ? '\n\t' : ': '}`;
}
