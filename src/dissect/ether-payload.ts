/** The payload of a header that ends in an Ethernet type field. @module */
import { MAX_802_3_LENGTH } from '../base/protocol-numbers.ts';
import type { DecodeContext } from './protocol.ts';
import type { Region } from './region.ts';

/** The number that Linux gives to frames with an 802.2 header (`linux/if_ether.h`, ETH_P_802_2). */
export const ETH_P_802_2 = 4;

/** An Ethernet frame as a payload (`linux/if_ether.h`, ETH_P_TEB). */
export const TRANSPARENT_ETHERNET_BRIDGING = 0x6558;

/** Decodes by EtherType; up to 1500 the field is the length of an 802.2 payload (IEEE 802.3, 3.2.6). */
export function decodeEtherPayload(context: DecodeContext, region: Region, typeOrLength: number): void {
  if (typeOrLength > MAX_802_3_LENGTH) {
    context.decode('etherType', typeOrLength, region);
    return;
  }
  const { start, end, wireEnd } = region;
  context.decode('etherType', ETH_P_802_2, { start, end, wireEnd: Math.min(wireEnd, start + typeOrLength) });
}
