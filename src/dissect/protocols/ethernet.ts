/** Ethernet frames, as a link layer and inside tunnels. @module */
import { formatMac } from '../../base/address.ts';
import { LinkType } from '../../base/link-type.ts';
import { EthernetView } from '../../wire/ethernet.ts';
import { decodeEtherPayload, TRANSPARENT_ETHERNET_BRIDGING } from '../ether-payload.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface EthernetLayer extends LayerPlace {
  readonly kind: 'ethernet';
  readonly destination: string;
  readonly source: string;
  /** EtherType, or the length of an 802.3 frame. */
  readonly etherType: number;
  /** Bytes of the whole frame on the wire. */
  readonly frameLength: number;
}

const view = new EthernetView();

export const ethernet: Protocol<EthernetLayer> = {
  numbers: { linkType: [LinkType.ethernet], etherType: [TRANSPARENT_ETHERNET_BRIDGING] },
  decode: decodeEthernet,
};

function decodeEthernet(context: DecodeContext<EthernetLayer>, region: Region): void {
  const { bytes } = context;
  const { start } = region;
  if (!view.wrap(bytes, start, region.end)) {
    context.truncated('ether', region);
    return;
  }
  const { etherType, payloadStart } = view;
  context.add({
    kind: 'ethernet',
    start,
    headerLength: payloadStart - start,
    destination: formatMac(bytes, view.destinationStart),
    source: formatMac(bytes, view.sourceStart),
    etherType,
    frameLength: wireLengthOf(region),
  });
  decodeEtherPayload(context, after(region, payloadStart), etherType);
}
