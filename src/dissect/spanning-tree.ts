/** Spanning tree BPDUs (IEEE 802.1D-2004, 9.3), also those that Cisco sends for each VLAN. @module */
import { formatMac } from '../base/address.ts';
import { readU8, readU16, readU32 } from '../base/bytes.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';

const CONFIGURATION = 0x00;
const RAPID = 0x02;
const TOPOLOGY_CHANGE = 0x80;
const HEADER_LENGTH = 4;
const CONFIGURATION_LENGTH = 35;

/** Reads a BPDU; kinds that have no bridge in them are shown as data. */
export function dissectSpanningTree(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  const length = wireLengthOf(region);
  if (end - start < HEADER_LENGTH) {
    list.truncated('stp', region);
    return;
  }
  const version = readU8(bytes, start + 2);
  const type = readU8(bytes, start + 3);
  const common = { kind: 'spanning-tree', start, version, type, length } as const;
  if (type === TOPOLOGY_CHANGE) {
    list.add({ ...common, headerLength: HEADER_LENGTH });
    return;
  }
  const isRead = (type === CONFIGURATION || type === RAPID) && version <= 2 && readU16(bytes, start) === 0;
  if (!isRead) {
    list.data(region);
    return;
  }
  if (end - start < CONFIGURATION_LENGTH) {
    list.truncated('stp', region);
    return;
  }
  const tree = {
    flags: readU8(bytes, start + 4),
    root: bridgeText(bytes, start + 5),
    rootPathCost: readU32(bytes, start + 13),
    bridge: bridgeText(bytes, start + 17),
    port: readU16(bytes, start + 25),
    messageAge: readU16(bytes, start + 27) / 256,
    maximumAge: readU16(bytes, start + 29) / 256,
    helloTime: readU16(bytes, start + 31) / 256,
    forwardDelay: readU16(bytes, start + 33) / 256,
  };
  if (list.add({ ...common, headerLength: CONFIGURATION_LENGTH, tree })) {
    list.data(after(region, start + CONFIGURATION_LENGTH));
  }
}

/** Priority in hexadecimal, then the address. */
function bridgeText(bytes: Uint8Array, at: number): string {
  return `${readU16(bytes, at).toString(16).padStart(4, '0')}.${formatMac(bytes, at + 2)}`;
}
