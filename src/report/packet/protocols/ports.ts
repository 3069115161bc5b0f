/** TCP and UDP headers of which only the ports can be decoded. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { endpointsText } from '../endpoints.ts';
import type { Line, Printers } from '../printer.ts';

export const ports: Printers<'ports'> = { ports: { text: portsText } };

function portsText(layer: LayerOf<'ports'>, line: Line): string {
  const endpoints = endpointsText(layer, layer.protocol, line);
  if (layer.badLength === undefined) return endpoints;
  return `${endpoints}${layer.isNetworkLength === true ? 'truncated-udp' : 'truncated-udplength'} ${layer.badLength}`;
}
