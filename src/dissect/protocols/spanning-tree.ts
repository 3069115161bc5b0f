/** Spanning tree BPDUs (IEEE 802.1D-2004, 9.3), also those that Cisco switches send for each VLAN. @module */
import { formatMac } from '../../base/address.ts';
import { readU8, readU16, readU32 } from '../../base/bytes.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

/** A bridge protocol data unit. */
export interface SpanningTreeLayer extends LayerPlace {
  readonly kind: 'spanning-tree';
  readonly version: number;
  readonly type: number;
  readonly length: number;
  /** Absent in topology change notifications. Times are in seconds. */
  readonly tree?: {
    readonly flags: number;
    readonly root: string;
    readonly rootPathCost: number;
    readonly bridge: string;
    readonly port: number;
    readonly messageAge: number;
    readonly maximumAge: number;
    readonly helloTime: number;
    readonly forwardDelay: number;
  };
}

/** LLC address "Bridge Spanning Tree Protocol". */
const SERVICE = 0x42;
/** SNAP: organization 00-00-0c, protocol 0x010b, "Per-VLAN Spanning Tree". */
const CISCO_PER_VLAN = 0x0c_010b;
const CONFIGURATION = 0x00;
const RAPID = 0x02;
const TOPOLOGY_CHANGE = 0x80;
const HEADER_LENGTH = 4;
const CONFIGURATION_LENGTH = 35;

export const spanningTree: Protocol<SpanningTreeLayer> = {
  numbers: { llc: [SERVICE], snap: [CISCO_PER_VLAN] },
  decode: decodeSpanningTree,
};

/** BPDUs other than those of versions 0 to 2 become data. */
function decodeSpanningTree(context: DecodeContext<SpanningTreeLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  const length = wireLengthOf(region);
  if (end - start < HEADER_LENGTH) {
    context.truncated('stp', region);
    return;
  }
  const version = readU8(bytes, start + 2);
  const type = readU8(bytes, start + 3);
  const common = { kind: 'spanning-tree', start, version, type, length } as const;
  if (type === TOPOLOGY_CHANGE) {
    context.add({ ...common, headerLength: HEADER_LENGTH });
    return;
  }
  const isRead = (type === CONFIGURATION || type === RAPID) && version <= 2 && readU16(bytes, start) === 0;
  if (!isRead) {
    context.data(region);
    return;
  }
  if (end - start < CONFIGURATION_LENGTH) {
    context.truncated('stp', region);
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
  context.add({ ...common, headerLength: CONFIGURATION_LENGTH, tree });
  context.data(after(region, start + CONFIGURATION_LENGTH));
}

/** Priority in hexadecimal, then the address. */
function bridgeText(bytes: Uint8Array, at: number): string {
  return `${readU16(bytes, at).toString(16).padStart(4, '0')}.${formatMac(bytes, at + 2)}`;
}
