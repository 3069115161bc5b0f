/** The fixed header of IPv6 (RFC 8200, 3). @module */
import { formatIpv6 } from '../../base/address.ts';
import { LinkType } from '../../base/link-type.ts';
import { EtherType, IpProtocol } from '../../base/protocol-numbers.ts';
import { IPV6_HEADER_LENGTH, Ipv6View } from '../../wire/ipv6.ts';
import { addBadIp, type BadIpLayer, decodeIpPayload } from '../ip.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { type Region, wireLengthOf } from '../region.ts';

export interface Ipv6Layer extends LayerPlace {
  readonly kind: 'ipv6';
  readonly source: string;
  readonly destination: string;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly trafficClass: number;
  readonly flowLabel: number;
  readonly payloadLength: number;
  /** Bytes by which the payload length exceeds what the link carried; 0 for a complete packet. */
  readonly missingLength: number;
}

/** PPP protocol "Internet Protocol version 6" (RFC 5072, 3). */
const PPP_IPV6 = 0x0057;

const view = new Ipv6View();

export const ipv6: Protocol<Ipv6Layer | BadIpLayer> = {
  numbers: {
    linkType: [LinkType.ipv6],
    etherType: [EtherType.ipv6],
    ppp: [PPP_IPV6],
    ipv4Protocol: [IpProtocol.ipv6],
    ipv6Protocol: [IpProtocol.ipv6],
  },
  decode: decodeIpv6,
};

function decodeIpv6(context: DecodeContext<Ipv6Layer | BadIpLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (!view.wrap(bytes, start, end)) {
    context.truncated('ip6', region);
    return;
  }
  const { version, payloadLength, nextHeader, sourceStart, destinationStart } = view;
  if (version !== 6) {
    addBadIp(context, region, 6, 'version', version);
    return;
  }
  const available = Math.max(0, wireLengthOf(region) - IPV6_HEADER_LENGTH);
  const length = payloadLength === 0 ? available : payloadLength;
  context.add({
    kind: 'ipv6',
    start,
    headerLength: IPV6_HEADER_LENGTH,
    source: formatIpv6(bytes, sourceStart),
    destination: formatIpv6(bytes, destinationStart),
    nextHeader,
    hopLimit: view.hopLimit,
    trafficClass: view.trafficClass,
    flowLabel: view.flowLabel,
    payloadLength,
    missingLength: Math.max(0, payloadLength - available),
  });
  const payloadStart = start + IPV6_HEADER_LENGTH;
  const wireEnd = payloadStart + length;
  context.network = { version: 6, sourceStart, finalDestinationStart: destinationStart, isFragment: false };
  decodeIpPayload(context, { start: payloadStart, end: Math.min(end, wireEnd), wireEnd }, nextHeader);
}
