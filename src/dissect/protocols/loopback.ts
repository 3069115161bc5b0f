/** BSD loopback headers (LINKTYPE_NULL, LINKTYPE_LOOP). @module */
import { LinkType } from '../../base/link-type.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import { LoopbackView } from '../../wire/loopback.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface LoopbackLayer extends LayerPlace {
  readonly kind: 'loopback';
  /** Address family of the system that captured. */
  readonly family: number;
  /** Bytes of the whole frame on the wire. */
  readonly frameLength: number;
}

const view = new LoopbackView();

export const loopback: Protocol<LoopbackLayer> = {
  numbers: { linkType: [LinkType.null, LinkType.loop] },
  decode: decodeLoopback,
};

function decodeLoopback(context: DecodeContext<LoopbackLayer>, region: Region): void {
  const { start } = region;
  if (!view.wrap(context.bytes, start, region.end)) {
    context.truncated('null', region);
    return;
  }
  const { family, isIpv4, isIpv6, payloadStart } = view;
  context.add({
    kind: 'loopback',
    start,
    headerLength: payloadStart - start,
    family,
    frameLength: wireLengthOf(region),
  });
  const payload = after(region, payloadStart);
  if (isIpv4) context.decode('etherType', EtherType.ipv4, payload);
  else if (isIpv6) context.decode('etherType', EtherType.ipv6, payload);
  else context.decode('family', family, payload);
}
