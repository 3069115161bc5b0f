/** VLAN tags (IEEE 802.1Q, 9.6), one layer a tag. @module */
import { EtherType } from '../../base/protocol-numbers.ts';
import { VlanView } from '../../wire/ethernet.ts';
import { decodeEtherPayload } from '../ether-payload.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region } from '../region.ts';

/** One tag; `tagProtocol` is the EtherType that announced it. */
export interface VlanLayer extends LayerPlace {
  readonly kind: 'vlan';
  readonly tagProtocol: number;
  readonly identifier: number;
  readonly priority: number;
  readonly isDropEligible: boolean;
  readonly etherType: number;
}

const view = new VlanView();

export const vlan: Protocol<VlanLayer> = {
  numbers: { etherType: [EtherType.vlan, EtherType.providerVlan, EtherType.oldQinQ] },
  decode: decodeVlan,
};

function decodeVlan(context: DecodeContext<VlanLayer>, region: Region, binding: Binding): void {
  const { start } = region;
  if (!view.wrap(context.bytes, start, region.end)) {
    context.truncated('vlan', region);
    return;
  }
  const { identifier, priority, isDropEligible, etherType, payloadStart } = view;
  const tag = { identifier, priority, isDropEligible, etherType, tagProtocol: binding.number };
  context.add({ kind: 'vlan', start, headerLength: payloadStart - start, ...tag });
  decodeEtherPayload(context, after(region, payloadStart), etherType);
}
