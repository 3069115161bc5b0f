/** Extension headers of IPv6. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { hex, nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

export const ipv6Extension: Printers<'ipv6-options' | 'ipv6-routing' | 'ipv6-fragment'> = {
  'ipv6-options': { text: optionsText },
  'ipv6-routing': { text: routingText },
  'ipv6-fragment': { text: fragmentText },
};

const OPTION_NAMES: Readonly<Record<number, string>> = { 0: '(pad1)', 1: '(padn)' };
const ROUTER_ALERT = 5;
const JUMBO_PAYLOAD = 0xc2;
const HOME_ADDRESS = 0xc9;

function optionsText(layer: LayerOf<'ipv6-options'>, { verbosity }: Line): string {
  const name = layer.extension === 'hop-by-hop' ? 'HBH ' : 'DSTOPT ';
  if (verbosity === 0) return name;
  const options = layer.options.map(({ type, data }) => {
    if (type === ROUTER_ALERT) return `(rtalert: 0x${data}) `;
    if (type === JUMBO_PAYLOAD) return `(jumbo: ${Number.parseInt(data, 16)}) `;
    if (type === HOME_ADDRESS) return '(homeaddr)';
    return nameOf(OPTION_NAMES, type, `(opt_type ${hex(type, 2)}: len=${data.length / 2})`);
  });
  return `${name}${options.join('')} `;
}

function routingText(layer: LayerOf<'ipv6-routing'>, { verbosity, names }: Line): string {
  const deprecated = layer.routingType === 0 ? ' [Deprecated]' : '';
  const reserved = verbosity > 0 ? `, rsv=${hex(layer.reserved)}` : '';
  const addresses = layer.addresses.map((address, index) => `, [${index}]${names.host(address)}`).join('');
  const fields = `len=${layer.lengthField}, type=${layer.routingType}${deprecated}, segleft=${layer.segmentsLeft}`;
  return `RT6 (${fields}${reserved}${addresses}) `;
}

function fragmentText(layer: LayerOf<'ipv6-fragment'>, { verbosity }: Line): string {
  const identification = verbosity > 0 ? `${hex(layer.identification, 8)}:` : '';
  const text = `frag (${identification}${layer.fragmentOffset}|${layer.payloadLength})`;
  return layer.fragmentOffset === 0 ? `${text} ` : text;
}
