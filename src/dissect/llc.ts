/** IEEE 802.2 headers, and SNAP behind them. @module */
import { readU8, readU16, readU32 } from '../base/bytes.ts';
import { MAX_802_3_LENGTH } from '../base/protocol-numbers.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';
import { dissectSpanningTree } from './spanning-tree.ts';

const SPANNING_TREE = 0x42;
const SNAP = 0xaa;
/** Cisco's organisation number, and its protocol for one tree a VLAN. */
const CISCO = 0x00000c;
const PER_VLAN_SPANNING_TREE = 0x010b;
const LLC_LENGTH = 3;
const SNAP_LENGTH = 8;
const UNNUMBERED = 0x03;

/** IEEE 802.2, 3.2: two service access points, control of one byte or two; SNAP carries EtherTypes (RFC 1042). */
export function dissectLlc(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < LLC_LENGTH) {
    list.truncated('llc', region);
    return;
  }
  const services = { destinationService: readU8(bytes, start), sourceService: readU8(bytes, start + 1) };
  const isUnnumbered = (readU8(bytes, start + 2) & 3) === UNNUMBERED;
  if (!isUnnumbered && end - start < LLC_LENGTH + 1) {
    list.truncated('llc', region);
    return;
  }
  const control = isUnnumbered ? readU8(bytes, start + 2) : readU16(bytes, start + 2);
  const headerLength = isUnnumbered ? LLC_LENGTH : LLC_LENGTH + 1;
  const isSnap = services.destinationService === SNAP && services.sourceService === SNAP && isUnnumbered;
  if (!isSnap) {
    const payload = after(region, start + headerLength);
    list.add({ kind: 'llc', start, headerLength, ...services, control, payloadLength: wireLengthOf(payload) });
    const isSpanningTree = services.destinationService === SPANNING_TREE && services.sourceService === SPANNING_TREE;
    if (isSpanningTree && isUnnumbered) dissectSpanningTree(list, payload);
    else list.data(payload);
    return;
  }
  if (end - start < SNAP_LENGTH) {
    list.truncated('snap', region);
    return;
  }
  const organisation = readU32(bytes, start + 2) & 0xff_ffff;
  const protocol = readU16(bytes, start + 6);
  const payload = after(region, start + SNAP_LENGTH);
  const snap = { organisation, protocol, payloadLength: wireLengthOf(payload) };
  list.add({ kind: 'llc', start, headerLength: SNAP_LENGTH, ...services, control, ...snap });
  if (organisation === 0 && protocol > MAX_802_3_LENGTH) list.tunnels.etherType(list, payload, protocol);
  else if (organisation === CISCO && protocol === PER_VLAN_SPANNING_TREE) dissectSpanningTree(list, payload);
  else list.data(payload);
}
