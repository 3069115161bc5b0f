/** IEEE 802.2 and SNAP headers, with the length of their payload. @module */
import type { Layer, LayerOf } from '../../../dissect/index.ts';
import { hex, nameOf } from '../format.ts';
import { etherTypeName } from '../number-names.ts';
import type { Line, Printers } from '../printer.ts';

export const llc: Printers<'llc'> = { llc: { text: llcText } };

const SERVICES: Readonly<Record<number, string>> = {
  0: 'Null',
  2: '802.1B',
  4: 'SNA',
  6: 'IP',
  14: 'ProWay NM',
  66: 'STP',
  170: 'SNAP',
  224: 'IPX',
  240: 'NetBeui',
  254: 'ISO NSAP',
  255: 'Global',
};

const ORGANISATIONS: Readonly<Record<number, string>> = { 0: 'Ethernet', 12: 'Cisco' };
const CISCO_PROTOCOLS: Readonly<Record<number, string>> = {
  267: 'PVST',
  8192: 'CDP',
  8195: 'VTP',
  8196: 'DTP',
  273: 'UDLD',
};

/** Hidden without `-e` where a decoded payload follows. */
function llcText(layer: LayerOf<'llc'>, { options, next }: Line): string {
  const isHidden = options.linkHeader !== true && next !== undefined && next.kind !== 'data' && next.kind !== 'unknown';
  if (isHidden) return '';
  const destination = nameOf(SERVICES, layer.destinationService & 0xfe, 'Unknown');
  const source = nameOf(SERVICES, layer.sourceService & 0xfe, 'Unknown');
  const group = (layer.destinationService & 1) === 0 ? 'Individual' : 'Group';
  const command = (layer.sourceService & 1) === 0 ? 'Command' : 'Response';
  const services =
    `LLC, dsap ${destination} (${hex(layer.destinationService & 0xfe, 2)}) ${group}, ` +
    `ssap ${source} (${hex(layer.sourceService & 0xfe, 2)}) ${command}, ctrl ${hex(layer.control, 2)}`;
  if (layer.organisation === undefined || layer.protocol === undefined) {
    return hasOwnLength(next) ? `${services}: ` : `${services}, length ${layer.payloadLength}`;
  }
  const organisation = nameOf(ORGANISATIONS, layer.organisation, 'Unknown');
  const protocol =
    layer.organisation === 0 ? etherTypeName(layer.protocol) : nameOf(CISCO_PROTOCOLS, layer.protocol, 'Unknown');
  return (
    `${services}: oui ${organisation} (${hex(layer.organisation, 6)}), ` +
    `pid ${protocol} (${hex(layer.protocol, 4)}), length ${layer.payloadLength}: `
  );
}

/** True for a decoded payload, whose text says its length. */
function hasOwnLength(payload: Layer | undefined): boolean {
  const kind = payload?.kind;
  return kind !== undefined && kind !== 'data' && kind !== 'truncated' && kind !== 'nested';
}
