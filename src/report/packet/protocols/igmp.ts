/** IGMP. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { isSameSum } from '../format.ts';
import { listenerRecordsText } from '../listener-records.ts';
import type { Line, Printers } from '../printer.ts';

export const igmp: Printers<'igmp'> = { igmp: { text: igmpText } };

const QUERY = 0x11;
/** 10 seconds (RFC 2236, 8.3). */
const DEFAULT_RESPONSE = 100;

function igmpText(layer: LayerOf<'igmp'>, line: Line): string {
  if (line.options.quiet === true) return 'igmp';
  const { checksum, expectedChecksum } = layer;
  const isBad = line.verbosity > 0 && expectedChecksum !== undefined && !isSameSum(checksum, expectedChecksum);
  return `igmp${igmpMessage(layer, line)}${isBad ? ` bad igmp cksum ${checksum.toString(16)}!` : ''}`;
}

function igmpMessage(layer: LayerOf<'igmp'>, line: Line): string {
  const group = line.names.host(layer.group);
  const odd = layer.length === 8 ? '' : ` [len ${layer.length}]`;
  switch (layer.type) {
    case QUERY:
      return queryText(layer, group);
    case 0x12:
      return ` v1 report ${group}${odd}`;
    case 0x16:
      return ` v2 report ${group}`;
    case 0x17:
      return ` leave ${group}`;
    case 0x22:
      return ` v3 report, ${layer.groupCount} group record(s)${listenerRecordsText(layer.groups, line)}`;
    default:
      return `-${layer.type}`;
  }
}

function queryText(layer: LayerOf<'igmp'>, group: string): string {
  const isVersion3 = layer.length >= 12;
  const version = isVersion3 ? 'v3' : layer.maximumResponse === 0 ? 'v1' : 'v2';
  const isDefault = layer.maximumResponse === DEFAULT_RESPONSE || layer.maximumResponse === 0;
  const response = isDefault || isVersion3 ? '' : ` [max resp time ${layer.maximumResponse}]`;
  return ` query ${version}${response}${layer.group === '0.0.0.0' ? '' : ` [gaddr ${group}]`}`;
}
