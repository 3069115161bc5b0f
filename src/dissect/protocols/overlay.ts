/** Overlay networks in UDP: VXLAN (RFC 7348) and Geneve (RFC 8926), which share a layer. @module */
import { readU8, readU16, readU32 } from '../../base/bytes.ts';
import { decodeEtherPayload, TRANSPARENT_ETHERNET_BRIDGING } from '../ether-payload.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region } from '../region.ts';

export interface OverlayLayer extends LayerPlace {
  readonly kind: 'overlay';
  readonly name: 'VXLAN' | 'Geneve';
  readonly flags: number;
  /** Virtual network identifier, 24 bits. */
  readonly identifier: number;
  /** EtherType of the payload; VXLAN always carries Ethernet frames. */
  readonly protocol: number;
  readonly optionsLength: number;
}

const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;
const HEADER_LENGTH = 8;

export const vxlan: Protocol<OverlayLayer> = { numbers: { udpPort: [VXLAN_PORT] }, decode: decodeVxlan };

export const geneve: Protocol<OverlayLayer> = { numbers: { udpPort: [GENEVE_PORT] }, decode: decodeGeneve };

/** Decodes the payload even without the flag that makes the identifier valid, like tcpdump. */
function decodeVxlan(context: DecodeContext<OverlayLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < HEADER_LENGTH) {
    context.truncated('vxlan', region);
    return;
  }
  context.add({
    kind: 'overlay',
    name: 'VXLAN',
    start,
    headerLength: HEADER_LENGTH,
    protocol: TRANSPARENT_ETHERNET_BRIDGING,
    flags: readU8(bytes, start),
    identifier: readU32(bytes, start + 4) >>> 8,
    optionsLength: 0,
  });
  context.decode('etherType', TRANSPARENT_ETHERNET_BRIDGING, after(region, start + HEADER_LENGTH));
}

function decodeGeneve(context: DecodeContext<OverlayLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < HEADER_LENGTH) {
    context.truncated('geneve', region);
    return;
  }
  const first = readU8(bytes, start);
  const version = first >>> 6;
  const optionsLength = (first & 0x3f) * 4;
  const protocol = readU16(bytes, start + 2);
  const headerLength = HEADER_LENGTH + optionsLength;
  if (version !== 0 || start + headerLength > end) {
    context.truncated('geneve', region);
    return;
  }
  context.add({
    kind: 'overlay',
    name: 'Geneve',
    start,
    headerLength,
    protocol,
    flags: readU8(bytes, start + 1),
    identifier: readU32(bytes, start + 4) >>> 8,
    optionsLength,
  });
  decodeEtherPayload(context, after(region, start + headerLength), protocol);
}
