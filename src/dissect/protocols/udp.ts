/** UDP datagrams (RFC 768). @module */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { UDP_HEADER_LENGTH, UdpView } from '../../wire/udp.ts';
import { type ExpectedChecksum, expectedUpperChecksum } from '../checksum.ts';
import type { LayerPlace, Mutable } from '../layer.ts';
import { addShortDatagram, addTruncatedPorts, type PortsLayer } from '../ports.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { capturedLengthOf, type Region, wireLengthOf } from '../region.ts';

export interface UdpLayer extends LayerPlace, ExpectedChecksum {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** The length field; in jumbograms, where it is 0, the length by the network layer (RFC 2675, 4). */
  readonly length: number;
  /** Bytes of data that fit into the network layer's payload. */
  readonly payloadLength: number;
  /** The datagram continues in other fragments, so `length` exceeds this packet. */
  readonly isFragment: boolean;
  readonly checksum: number;
}

const CHECKSUM = 6;
const PORTS_LENGTH = 4;

const view = new UdpView();

export const udp: Protocol<UdpLayer | PortsLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.udp], ipv6Protocol: [IpProtocol.udp] },
  decode: decodeUdp,
};

function decodeUdp(context: DecodeContext<UdpLayer | PortsLayer>, region: Region): void {
  const { start, end } = region;
  const available = wireLengthOf(region);
  if (!view.wrap(context.bytes, start, end)) {
    const arePortsThere = capturedLengthOf(region) >= PORTS_LENGTH;
    if (arePortsThere && available < UDP_HEADER_LENGTH) addShortDatagram(context, region, available);
    else addTruncatedPorts(context, region, 'udp');
    return;
  }
  const { sourcePort, destinationPort, checksum, payloadStart } = view;
  const isJumbo = view.length === 0 && available > 0xffff;
  const length = isJumbo ? available : view.length;
  if (length < UDP_HEADER_LENGTH) {
    const ports = { protocol: 'udp', sourcePort, destinationPort, badLength: length } as const;
    context.add({ kind: 'ports', start, headerLength: UDP_HEADER_LENGTH, ...ports });
    return;
  }
  const datagramLength = Math.min(length, available);
  const layer: Mutable<UdpLayer> = {
    kind: 'udp',
    start,
    headerLength: UDP_HEADER_LENGTH,
    sourcePort,
    destinationPort,
    length,
    payloadLength: datagramLength - UDP_HEADER_LENGTH,
    isFragment: context.network?.isFragment ?? false,
    checksum,
  };
  const expected = expectedUpperChecksum(context, region, datagramLength, CHECKSUM, IpProtocol.udp);
  if (expected !== undefined) layer.expectedChecksum = expected;
  context.add(layer);
  const wireEnd = start + datagramLength;
  const data = { start: payloadStart, end: Math.min(end, wireEnd), wireEnd };
  context.decodePort('udpPort', sourcePort, destinationPort, data);
}
