/** MPLS label stacks (RFC 3032), one layer a label. @module */
import { readU8, readU32 } from '../../base/bytes.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region } from '../region.ts';

/** One entry of a label stack (RFC 3032, 2.1). */
export interface MplsLayer extends LayerPlace {
  readonly kind: 'mpls';
  readonly label: number;
  readonly trafficClass: number;
  readonly isBottom: boolean;
  readonly timeToLive: number;
  /** First entry of its stack. */
  readonly isTop: boolean;
}

const ENTRY_LENGTH = 4;
/** PPP protocol "MPLS Unicast" (RFC 3032, 4.3). */
const PPP_MPLS = 0x0281;
/** Labels that announce the payload (RFC 3032, 2.1). */
const IPV4_EXPLICIT_NULL = 0;
const IPV6_EXPLICIT_NULL = 2;

export const mpls: Protocol<MplsLayer> = {
  numbers: { etherType: [EtherType.mpls, EtherType.mplsMulticast], ppp: [PPP_MPLS] },
  decode: decodeMpls,
};

/** Decodes a whole stack. The first half byte of the payload tells the version of IP, as in routers. */
function decodeMpls(context: DecodeContext<MplsLayer>, region: Region): void {
  const { bytes } = context;
  let rest = region;
  for (let isTop = true; !context.isFull; isTop = false) {
    if (rest.end - rest.start < ENTRY_LENGTH) {
      context.truncated('mpls', rest);
      return;
    }
    const entry = readU32(bytes, rest.start);
    const label = entry >>> 12;
    const isBottom = (entry & 0x100) !== 0;
    const fields = { label, trafficClass: (entry >>> 9) & 7, isBottom, timeToLive: entry & 0xff, isTop };
    context.add({ kind: 'mpls', start: rest.start, headerLength: ENTRY_LENGTH, ...fields });
    rest = after(rest, rest.start + ENTRY_LENGTH);
    if (!isBottom) continue;
    const version = rest.end > rest.start ? readU8(bytes, rest.start) >>> 4 : 0;
    if (version === 4 && label !== IPV6_EXPLICIT_NULL) context.decode('etherType', EtherType.ipv4, rest);
    else if (version === 6 && label !== IPV4_EXPLICIT_NULL) context.decode('etherType', EtherType.ipv6, rest);
    else context.data(rest);
    return;
  }
}
