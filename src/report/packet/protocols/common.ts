/** Layers that belong to no protocol: undecoded payloads, and marks. @module */
import { IpProtocol } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { hex } from '../format.ts';
import { etherTypeName, pppProtocolName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const common: Printers<'data' | 'truncated' | 'nested' | 'unknown' | 'ip-protocol'> = {
  data: { text: () => '' },
  truncated: { text: ({ protocol }) => ` [|${protocol}]` },
  nested: { text: () => ' [nested too deeply]' },
  unknown: { text: unknownText },
  'ip-protocol': { text: unknownProtocolText },
};

/** Number and length, unless the layer before has its own text. */
function unknownText(layer: LayerOf<'unknown'>, line: Line): string {
  const { previous } = line;
  const own = previous === undefined ? undefined : line.printerOf(previous).unknownText?.(layer);
  if (own !== undefined) return own;
  const { number, length } = layer;
  switch (layer.space) {
    case 'ppp':
      return `${pppProtocolName(number, `ppp-proto-${hex(number, 4)}`)}, length ${length}`;
    case 'family':
      return `AF Unknown (${number}), length ${length}: `;
    case 'linkType':
      return `link-type ${number}, length ${length}`;
    default:
      return `ethertype ${etherTypeName(number)} (${hex(number, 4)}), length ${length}: `;
  }
}

/** In the words of tcpdump for a number that it has no decoder for either. */
function unknownProtocolText({ protocol, length }: LayerOf<'ip-protocol'>): string {
  if (protocol === IpProtocol.noNextHeader) return 'no next header';
  return ` ip-proto-${protocol} ${length}`;
}
