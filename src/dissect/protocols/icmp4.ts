/** ICMP (RFC 792; RFC 950, RFC 1191, RFC 1256). @module */
import { formatIpv4 } from '../../base/address.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { Icmp4Type, isIcmp4Error } from '../../wire/icmp-types.ts';
import { Icmp4View } from '../../wire/icmp4.ts';
import { type ExpectedChecksum, expectedChecksum } from '../checksum.ts';
import { addIcmpMessage, type QuotedPacket, type QuoteLayer } from '../icmp-message.ts';
import type { LayerPlace, Mutable } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface Icmp4Layer extends LayerPlace, ExpectedChecksum {
  readonly kind: 'icmp4';
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly length: number;
  /** Echo and timestamp messages. */
  readonly identifier?: number;
  readonly sequence?: number;
  /** Redirect. */
  readonly gateway?: string;
  /** Destination unreachable, for code "fragmentation needed". */
  readonly nextHopMtu?: number;
  /** Parameter problem. */
  readonly pointer?: number;
  /** Timestamp messages: originate, receive, transmit. */
  readonly times?: readonly [number, number, number];
  /** Address mask reply. */
  readonly mask?: number;
  /** Router advertisement: seconds. */
  readonly lifetime?: number;
  /** Errors. */
  readonly quoted?: QuotedPacket;
}

const HEADER_LENGTH = 8;
const CHECKSUM = 2;

const view = new Icmp4View();

export const icmp4: Protocol<Icmp4Layer | QuoteLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.icmp] },
  decode: decodeIcmp4,
};

function decodeIcmp4(context: DecodeContext<Icmp4Layer | QuoteLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (!view.wrap(bytes, start, end)) {
    context.truncated('icmp', region);
    return;
  }
  const { type } = view;
  const length = wireLengthOf(region);
  const isFragment = context.network?.isFragment === true;
  const layer: Mutable<Icmp4Layer> = {
    kind: 'icmp4',
    start,
    headerLength: HEADER_LENGTH,
    type,
    code: view.code,
    checksum: view.checksum,
    length,
  };
  const expected = isFragment ? undefined : expectedChecksum(context, region, length, CHECKSUM);
  if (expected !== undefined) layer.expectedChecksum = expected;
  addFields(layer, bytes);
  const body = after(region, start + HEADER_LENGTH);
  addIcmpMessage(context, layer, body, isIcmp4Error(type) ? 4 : undefined);
}

function addFields(layer: Mutable<Icmp4Layer>, bytes: Uint8Array): void {
  switch (layer.type) {
    case Icmp4Type.echoRequest:
    case Icmp4Type.echoReply:
      layer.identifier = view.identifier;
      layer.sequence = view.sequence;
      break;
    case Icmp4Type.timestampRequest:
    case Icmp4Type.timestampReply:
      layer.identifier = view.identifier;
      layer.sequence = view.sequence;
      if (view.hasTimes) layer.times = [view.originate, view.receive, view.transmit];
      break;
    case Icmp4Type.redirect:
      layer.gateway = formatIpv4(bytes, view.gatewayAt);
      break;
    case Icmp4Type.destinationUnreachable:
      layer.nextHopMtu = view.nextHopMtu;
      break;
    case Icmp4Type.parameterProblem:
      layer.pointer = view.pointer;
      break;
    case Icmp4Type.maskReply:
      layer.mask = view.mask;
      break;
    case Icmp4Type.routerAdvertisement:
      layer.lifetime = view.lifetime;
      break;
    default:
  }
}
