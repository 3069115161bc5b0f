/** ICMPv6 (RFC 4443), with neighbor discovery (RFC 4861) and listener discovery (RFC 2710, RFC 3810). @module */
import { formatIpv6, formatMac, IPV6_LENGTH } from '../../base/address.ts';
import { readU16 } from '../../base/bytes.ts';
import { hexDigits } from '../../base/hex.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { Icmp6Type, isIcmp6Error } from '../../wire/icmp-types.ts';
import { Icmp6View } from '../../wire/icmp6.ts';
import { NeighborDiscoveryView, NeighborOption, NeighborOptionView } from '../../wire/neighbor-discovery.ts';
import { type ExpectedChecksum, expectedUpperChecksum } from '../checksum.ts';
import { addIcmpMessage, type QuotedPacket, type QuoteLayer } from '../icmp-message.ts';
import type { LayerPlace, Mutable } from '../layer.ts';
import { type ListenerRecord, readListenerRecords } from '../listener-records.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface Icmp6Layer extends LayerPlace, ExpectedChecksum {
  readonly kind: 'icmp6';
  readonly type: number;
  readonly code: number;
  readonly checksum: number;
  readonly length: number;
  /** Echo messages. */
  readonly identifier?: number;
  readonly sequence?: number;
  /** Packet too big. */
  readonly mtu?: number;
  /** Parameter problem. */
  readonly pointer?: number;
  /** Neighbor solicitation, neighbor advertisement, redirect. */
  readonly target?: string;
  /** Redirect. */
  readonly destination?: string;
  readonly neighborFlags?: { readonly isRouter: boolean; readonly isSolicited: boolean; readonly isOverride: boolean };
  readonly router?: RouterAdvertisement;
  readonly options?: readonly NeighborOptionField[];
  /** Listener query, report and done: the group, and the response delay in milliseconds. */
  readonly group?: string;
  readonly maximumResponseDelay?: number;
  readonly isListenerVersion2?: boolean;
  /** Listener report of version 2. */
  readonly groups?: readonly ListenerRecord[];
  readonly groupCount?: number;
  /** Errors. */
  readonly quoted?: QuotedPacket;
}

/** RFC 4861, 4.2. `lifetime` in seconds, `reachableTime` and `retransmitTimer` in milliseconds. */
interface RouterAdvertisement {
  readonly hopLimit: number;
  readonly flags: number;
  readonly lifetime: number;
  readonly reachableTime: number;
  readonly retransmitTimer: number;
}

interface NeighborOptionField {
  readonly type: number;
  /** Bytes, type and length included. */
  readonly length: number;
  /** Hexadecimal, without type and length. */
  readonly data: string;
  readonly linkAddress?: string;
  readonly mtu?: number;
  /** Lifetimes in seconds. */
  readonly prefix?: {
    readonly address: string;
    readonly length: number;
    readonly flags: number;
    readonly validLifetime: number;
    readonly preferredLifetime: number;
  };
}

const HEADER_LENGTH = 8;
const CHECKSUM = 2;
/** Length of the shortest query of MLDv2 (RFC 3810, 8.1). */
const LISTENER_QUERY_2_LENGTH = 28;

const view = new Icmp6View();
const neighbor = new NeighborDiscoveryView();
const option = new NeighborOptionView();

export const icmp6: Protocol<Icmp6Layer | QuoteLayer> = {
  numbers: { ipv6Protocol: [IpProtocol.icmp6] },
  decode: decodeIcmp6,
};

function decodeIcmp6(context: DecodeContext<Icmp6Layer | QuoteLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (!view.wrap(bytes, start, end)) {
    context.truncated('icmp6', region);
    return;
  }
  const { type } = view;
  const length = wireLengthOf(region);
  const layer: Mutable<Icmp6Layer> = {
    kind: 'icmp6',
    start,
    headerLength: HEADER_LENGTH,
    type,
    code: view.code,
    checksum: view.checksum,
    length,
  };
  const expected = expectedUpperChecksum(context, region, length, CHECKSUM, IpProtocol.icmp6);
  if (expected !== undefined) layer.expectedChecksum = expected;
  addFields(layer, bytes, region);
  if (neighbor.wrap(bytes, start, end)) addNeighborFields(layer, bytes);
  const body = after(region, start + HEADER_LENGTH);
  addIcmpMessage(context, layer, body, isIcmp6Error(type) ? 6 : undefined);
}

function addFields(layer: Mutable<Icmp6Layer>, bytes: Uint8Array, { start, end }: Region): void {
  switch (layer.type) {
    case Icmp6Type.echoRequest:
    case Icmp6Type.echoReply:
      layer.identifier = view.identifier;
      layer.sequence = view.sequence;
      break;
    case Icmp6Type.packetTooBig:
      layer.mtu = view.mtu;
      break;
    case Icmp6Type.parameterProblem:
      layer.pointer = view.pointer;
      break;
    case Icmp6Type.listenerQuery:
    case Icmp6Type.listenerReport:
    case Icmp6Type.listenerDone:
      if (view.groupAt + IPV6_LENGTH > end) break;
      layer.maximumResponseDelay = view.maximumResponseDelay;
      layer.group = formatIpv6(bytes, view.groupAt);
      layer.isListenerVersion2 = layer.type === Icmp6Type.listenerQuery && layer.length >= LISTENER_QUERY_2_LENGTH;
      break;
    case Icmp6Type.listenerReport2:
      layer.groupCount = readU16(bytes, start + 6);
      layer.groups = readListenerRecords(bytes, start + HEADER_LENGTH, end, IPV6_LENGTH, layer.groupCount);
      break;
    default:
  }
}

function addNeighborFields(layer: Mutable<Icmp6Layer>, bytes: Uint8Array): void {
  switch (layer.type) {
    case Icmp6Type.routerAdvertisement:
      layer.router = {
        hopLimit: neighbor.currentHopLimit,
        flags: neighbor.routerFlags,
        lifetime: neighbor.routerLifetime,
        reachableTime: neighbor.reachableTime,
        retransmitTimer: neighbor.retransmitTimer,
      };
      break;
    case Icmp6Type.neighborAdvertisement: {
      const { isRouter, isSolicited, isOverride } = neighbor;
      layer.neighborFlags = { isRouter, isSolicited, isOverride };
      layer.target = formatIpv6(bytes, neighbor.targetAt);
      break;
    }
    case Icmp6Type.neighborSolicitation:
      layer.target = formatIpv6(bytes, neighbor.targetAt);
      break;
    case Icmp6Type.redirect:
      layer.target = formatIpv6(bytes, neighbor.targetAt);
      layer.destination = formatIpv6(bytes, neighbor.destinationAt);
      break;
    default:
  }
  layer.options = readOptions(bytes);
}

function readOptions(bytes: Uint8Array): NeighborOptionField[] {
  const options: NeighborOptionField[] = [];
  for (let isThere = option.wrap(bytes, neighbor.optionsAt, neighbor.end); isThere; isThere = option.next()) {
    const { type, length, start, valueAt } = option;
    const field = { type, length, data: hexDigits(bytes, valueAt, start + length) };
    if (option.isPrefix) options.push({ ...field, prefix: readPrefix(bytes) });
    else if (type === NeighborOption.mtu) options.push({ ...field, mtu: option.mtu });
    else if (type === NeighborOption.sourceLinkAddress || type === NeighborOption.targetLinkAddress) {
      options.push({ ...field, linkAddress: formatMac(bytes, valueAt, length - 2) });
    } else options.push(field);
  }
  return options;
}

function readPrefix(bytes: Uint8Array): NonNullable<NeighborOptionField['prefix']> {
  return {
    address: formatIpv6(bytes, option.prefixAt),
    length: option.prefixLength,
    flags: option.prefixFlags,
    validLifetime: option.validLifetime,
    preferredLifetime: option.preferredLifetime,
  };
}
