/** Linux cooked headers, version 1 and 2 (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2). @module */
import { formatMac } from '../../base/address.ts';
import { LinkType } from '../../base/link-type.ts';
import { COOKED_ADDRESS_LENGTH, Sll2View, SllView } from '../../wire/linux-cooked.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface CookedLayer extends LayerPlace {
  readonly kind: 'cooked';
  readonly version: 1 | 2;
  readonly packetType: number;
  readonly hardwareType: number;
  /** Link-layer address of the sender, cut to eight bytes; empty without one. */
  readonly address: string;
  readonly protocol: number;
  /** Version 2 only. */
  readonly interfaceIndex?: number;
  /** Bytes of the whole frame on the wire. */
  readonly frameLength: number;
}

const sll = new SllView();
const sll2 = new Sll2View();

export const linuxCooked: Protocol<CookedLayer> = {
  numbers: { linkType: [LinkType.linuxSll, LinkType.linuxSll2] },
  decode: decodeCooked,
};

function decodeCooked(context: DecodeContext<CookedLayer>, region: Region, { number }: Binding): void {
  const { bytes } = context;
  const { start, end } = region;
  const isVersion1 = number === LinkType.linuxSll;
  const view = isVersion1 ? sll : sll2;
  if (!view.wrap(bytes, start, end)) {
    context.truncated(isVersion1 ? 'sll' : 'sll2', region);
    return;
  }
  const { packetType, hardwareType, protocol, payloadStart } = view;
  const address = formatMac(bytes, view.addressStart, Math.min(view.addressLength, COOKED_ADDRESS_LENGTH));
  const common = { packetType, hardwareType, protocol, address };
  const place = { start, headerLength: payloadStart - start };
  const frameLength = wireLengthOf(region);
  if (isVersion1) context.add({ kind: 'cooked', version: 1, ...place, ...common, frameLength });
  else {
    const { interfaceIndex } = sll2;
    context.add({ kind: 'cooked', version: 2, ...place, ...common, interfaceIndex, frameLength });
  }
  context.decode('etherType', protocol, after(region, payloadStart));
}
