/** Networks carried in UDP: VXLAN (RFC 7348) and Geneve (RFC 8926). @module */
import { readU8, readU16, readU32 } from '../base/bytes.ts';
import { after, type LayerList, type Region } from './region.ts';

const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;
const HEADER_LENGTH = 8;
const TRANSPARENT_ETHERNET_BRIDGING = 0x6558;

/** Reads a datagram of a well-known port; false: it is none of these. */
export function dissectOverlay(list: LayerList, data: Region, sourcePort: number, destinationPort: number): boolean {
  const has = (port: number): boolean => sourcePort === port || destinationPort === port;
  if (has(VXLAN_PORT)) dissectVxlan(list, data);
  else if (has(GENEVE_PORT)) dissectGeneve(list, data);
  else return false;
  return true;
}

function dissectVxlan(list: LayerList, data: Region): void {
  const { bytes } = list;
  const { start, end } = data;
  if (end - start < HEADER_LENGTH) {
    list.truncated('vxlan', data);
    return;
  }
  const flags = readU8(bytes, start);
  const fields = { protocol: TRANSPARENT_ETHERNET_BRIDGING, flags, identifier: readU32(bytes, start + 4) >>> 8 };
  const isDeeper = list.add({
    kind: 'overlay',
    name: 'VXLAN',
    start,
    headerLength: HEADER_LENGTH,
    ...fields,
    optionsLength: 0,
  });
  const payload = after(data, start + HEADER_LENGTH);
  // As tcpdump: also when the flag that makes the identifier valid is missing.
  if (isDeeper) list.tunnels.etherType(list, payload, TRANSPARENT_ETHERNET_BRIDGING);
}

function dissectGeneve(list: LayerList, data: Region): void {
  const { bytes } = list;
  const { start, end } = data;
  if (end - start < HEADER_LENGTH) {
    list.truncated('geneve', data);
    return;
  }
  const first = readU8(bytes, start);
  const optionsLength = (first & 0x3f) * 4;
  const protocol = readU16(bytes, start + 2);
  const headerLength = HEADER_LENGTH + optionsLength;
  const fields = {
    protocol,
    flags: readU8(bytes, start + 1),
    identifier: readU32(bytes, start + 4) >>> 8,
    optionsLength,
  };
  if (first >>> 6 !== 0 || start + headerLength > end) {
    list.truncated('geneve', data);
    return;
  }
  if (list.add({ kind: 'overlay', name: 'Geneve', start, headerLength, ...fields })) {
    list.tunnels.etherType(list, after(data, start + headerLength), protocol);
  }
}
