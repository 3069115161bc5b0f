/** GRE. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { type FlagNames, flagsText, hex } from '../format.ts';
import { etherTypeName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const gre: Printers<'gre'> = {
  gre: { text: greText, unknownText: ({ number }) => `gre-proto-${hex(number, 4)}` },
};

const FLAGS: FlagNames = [
  [0x8000, 'checksum present'],
  [0x4000, 'routing present'],
  [0x2000, 'key present'],
  [0x1000, 'sequence# present'],
  [0x0800, 'source routing present'],
];

function greText(layer: LayerOf<'gre'>, { verbosity, options }: Line): string {
  if (layer.version !== 0) return `GREv${layer.version}, length ${layer.length}`;
  const isVerbose = verbosity > 0;
  const parts = ['GREv0'];
  if (isVerbose) parts.push(`Flags [${flagsText(FLAGS, layer.flags)}]`);
  if (layer.checksum !== undefined && isVerbose) parts.push(`sum ${hex(layer.checksum)}`);
  if (layer.key !== undefined) parts.push(`key=${hex(layer.key)}`);
  if (layer.sequence !== undefined) parts.push(`seq ${layer.sequence}`);
  if (layer.isCut) return parts.join(', ');
  if (options.linkHeader === true) {
    parts.push(`proto ${etherTypeName(layer.protocol, 'unknown')} (${hex(layer.protocol, 4)})`);
  }
  parts.push(`length ${layer.length}`);
  return `${parts.join(', ')}${isVerbose ? '\n\t' : ': '}`;
}
