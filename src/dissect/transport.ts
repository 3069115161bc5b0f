/** TCP and UDP. @module */
import { readU16, readU32 } from '../base/bytes.ts';
import { IpProtocol } from '../base/protocol-numbers.ts';
import { OptionCursor } from '../wire/option-cursor.ts';
import { TcpView } from '../wire/tcp.ts';
import { TcpOptionKind } from '../wire/tcp-options.ts';
import { UDP_HEADER_LENGTH, UdpView } from '../wire/udp.ts';
import { DNS_PORT, dissectDns } from './dns.ts';
import { hexOf } from './hex.ts';
import type { TcpOptionField } from './layer-transport.ts';
import { type Network, pseudoSum } from './network.ts';
import { dissectOverlay } from './overlay.ts';
import { after, type LayerList, type Region, wireLengthOf } from './region.ts';
import { dissectText, textProtocolOf } from './text-protocol.ts';

const PORTS_LENGTH = 4;

const tcp = new TcpView();
const udp = new UdpView();
const cursor = new OptionCursor();

/** A segment. */
export function dissectTcp(list: LayerList, region: Region, network: Network): void {
  const { bytes } = list;
  const { start, end } = region;
  if (!tcp.wrap(bytes, start, end)) {
    addPorts(list, region, 'tcp');
    list.truncated('tcp', region);
    return;
  }
  const { sourcePort, destinationPort, headerLength, optionsStart, payloadStart } = tcp;
  const segmentLength = wireLengthOf(region);
  if (headerLength < 20) {
    list.add({
      kind: 'bad-tcp',
      start,
      headerLength: 20,
      sourcePort,
      destinationPort,
      length: headerLength,
      segmentLength,
    });
    return;
  }
  const isCut = payloadStart > end && segmentLength >= headerLength;
  const isDeeper = list.add({
    kind: 'tcp',
    start,
    headerLength,
    sourcePort,
    destinationPort,
    sequence: tcp.sequence,
    acknowledgment: tcp.acknowledgment,
    flags: tcp.flags,
    window: tcp.window,
    urgentPointer: tcp.urgentPointer,
    ...readTcpOptions(bytes, optionsStart, Math.min(payloadStart, end), isCut),
    payloadLength: segmentLength - headerLength,
    checksum: tcp.checksum,
    ...expectedChecksum(list, region, network, IpProtocol.tcp, segmentLength, 16),
  });
  if (isDeeper && !isCut) dissectStream(list, after(region, payloadStart), sourcePort, destinationPort);
}

/** What a segment carries, by its ports. */
function dissectStream(list: LayerList, data: Region, sourcePort: number, destinationPort: number): void {
  if (wireLengthOf(data) === 0) return;
  const textProtocol = textProtocolOf(sourcePort, destinationPort);
  if (textProtocol !== undefined) dissectText(list, data, textProtocol);
  else if (sourcePort === DNS_PORT || destinationPort === DNS_PORT) dissectDns(list, data, true);
  else list.data(data);
}

/** With fewer bytes than a header the ports may still be there. */
function addPorts(list: LayerList, region: Region, protocol: 'tcp' | 'udp'): void {
  const { start, end } = region;
  if (end - start < PORTS_LENGTH) return;
  const ports = { sourcePort: readU16(list.bytes, start), destinationPort: readU16(list.bytes, start + 2) };
  list.add({ kind: 'ports', start, headerLength: PORTS_LENGTH, protocol, ...ports });
}

function readTcpOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  isCut: boolean,
): {
  readonly options: readonly TcpOptionField[];
  readonly areOptionsMalformed: boolean;
  readonly areOptionsTruncated: boolean;
} {
  const options: TcpOptionField[] = [];
  cursor.begin(bytes, start, end);
  while (cursor.next()) {
    options.push(readTcpOption(bytes));
    if (cursor.kind === TcpOptionKind.end) return { options, areOptionsMalformed: false, areOptionsTruncated: false };
  }
  return { options, areOptionsMalformed: cursor.isMalformed && !isCut, areOptionsTruncated: isCut };
}

/** Lengths, data included, of the kinds whose data are numbers; SACK has any number of pairs. */
const NUMERIC_OPTIONS: ReadonlyMap<number, number> = new Map([
  [TcpOptionKind.maximumSegmentSize, 4],
  [TcpOptionKind.windowScale, 3],
  [TcpOptionKind.timestamps, 10],
]);

function readTcpOption(bytes: Uint8Array): TcpOptionField {
  const { kind, length, dataStart, start } = cursor;
  const isNumeric =
    NUMERIC_OPTIONS.get(kind) === length || (kind === TcpOptionKind.selectiveAcknowledgment && length % 8 === 2);
  const values: number[] = [];
  if (isNumeric && kind === TcpOptionKind.maximumSegmentSize) values.push(readU16(bytes, dataStart));
  else if (isNumeric && kind === TcpOptionKind.windowScale) values.push(bytes.at(dataStart) ?? 0);
  else if (isNumeric) for (let at = dataStart; at < start + length; at += 4) values.push(readU32(bytes, at));
  return { kind, length, values, data: length > 2 && !isNumeric ? hexOf(bytes, dataStart, start + length) : '' };
}

/** A datagram. */
export function dissectUdp(list: LayerList, region: Region, network: Network): void {
  const { bytes } = list;
  const { start, end } = region;
  const available = wireLengthOf(region);
  const isWhole = udp.wrap(bytes, start, end);
  if (!isWhole && end - start >= PORTS_LENGTH && available < UDP_HEADER_LENGTH) {
    const ports = { sourcePort: readU16(bytes, start), destinationPort: readU16(bytes, start + 2) };
    const badLength = { badLength: available, isNetworkLength: true };
    list.add({ kind: 'ports', start, headerLength: PORTS_LENGTH, protocol: 'udp', ...ports, ...badLength });
    return;
  }
  if (!isWhole) {
    addPorts(list, region, 'udp');
    list.truncated('udp', region);
    return;
  }
  const { sourcePort, destinationPort, length, checksum, payloadStart } = udp;
  if (length < UDP_HEADER_LENGTH && !(length === 0 && available > 0xffff)) {
    const ports = { protocol: 'udp', sourcePort, destinationPort, badLength: length } as const;
    list.add({ kind: 'ports', start, headerLength: UDP_HEADER_LENGTH, ...ports });
    return;
  }
  const datagramLength = length === 0 ? available : Math.min(length, available);
  const isDeeper = list.add({
    kind: 'udp',
    start,
    headerLength: UDP_HEADER_LENGTH,
    sourcePort,
    destinationPort,
    length: length === 0 ? available : length,
    payloadLength: datagramLength - UDP_HEADER_LENGTH,
    isFragment: network.isFragment,
    checksum,
    ...expectedChecksum(list, region, network, IpProtocol.udp, datagramLength, 6),
  });
  if (!isDeeper) return;
  const data = { start: payloadStart, end: Math.min(end, start + datagramLength), wireEnd: start + datagramLength };
  if (sourcePort === DNS_PORT || destinationPort === DNS_PORT) dissectDns(list, data, false);
  else if (!dissectOverlay(list, data, sourcePort, destinationPort)) list.data(data);
}

const SCTP_HEADER_LENGTH = 12;

/** The common header of SCTP (RFC 9260, 3.1). */
export function dissectSctp(list: LayerList, region: Region): void {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < SCTP_HEADER_LENGTH) {
    list.truncated('sctp', region);
    return;
  }
  const ports = { sourcePort: readU16(bytes, start), destinationPort: readU16(bytes, start + 2) };
  const fields = { ...ports, verificationTag: readU32(bytes, start + 4), length: wireLengthOf(region) };
  if (list.add({ kind: 'sctp', start, headerLength: SCTP_HEADER_LENGTH, ...fields })) {
    list.data(after(region, start + SCTP_HEADER_LENGTH));
  }
}

/** The checksum that the sender should have made, when all that it covers was captured. */
function expectedChecksum(
  list: LayerList,
  region: Region,
  network: Network,
  protocol: number,
  length: number,
  field: number,
): { readonly expectedChecksum?: number } {
  const { start, end } = region;
  if (!list.checksums || network.isFragment || start + length > end) return {};
  const initial = pseudoSum(list.bytes, network, protocol, length);
  return { expectedChecksum: list.checksumWithout(start, start + length, start + field, initial) };
}
