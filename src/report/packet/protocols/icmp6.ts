/** ICMPv6: errors, echo, neighbor discovery and listener discovery. @module */
import { IpProtocol } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { Icmp6Type, Unreachable6Code } from '../../../wire/icmp-types.ts';
import { NeighborOption } from '../../../wire/neighbor-discovery.ts';
import { type FlagNames, flagsText, hex, isSameSum, nameOf } from '../format.ts';
import { listenerRecordsText } from '../listener-records.ts';
import type { Line, Printers } from '../printer.ts';

type Icmp6Layer = LayerOf<'icmp6'>;
type NeighborOptionField = NonNullable<Icmp6Layer['options']>[number];

export const icmp6: Printers<'icmp6'> = { icmp6: { text: icmp6Text } };

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [Icmp6Type.destinationUnreachable]: 'destination unreachable',
  [Icmp6Type.packetTooBig]: 'packet too big',
  [Icmp6Type.timeExceeded]: 'time exceeded in-transit',
  [Icmp6Type.parameterProblem]: 'parameter problem',
  [Icmp6Type.echoRequest]: 'echo request',
  [Icmp6Type.echoReply]: 'echo reply',
  [Icmp6Type.listenerQuery]: 'multicast listener query',
  [Icmp6Type.listenerReport]: 'multicast listener report',
  [Icmp6Type.listenerDone]: 'multicast listener done',
  [Icmp6Type.routerSolicitation]: 'router solicitation',
  [Icmp6Type.routerAdvertisement]: 'router advertisement',
  [Icmp6Type.neighborSolicitation]: 'neighbor solicitation',
  [Icmp6Type.neighborAdvertisement]: 'neighbor advertisement',
  [Icmp6Type.redirect]: 'redirect',
  138: 'router renumbering',
  [Icmp6Type.nodeInformationQuery]: 'node information query',
  [Icmp6Type.nodeInformationReply]: 'node information reply',
  [Icmp6Type.listenerReport2]: 'multicast listener report v2',
};

/** Types whose length follows the name in `-v` lines, since options come last. */
const NEIGHBOR_TYPES: readonly number[] = [
  Icmp6Type.routerSolicitation,
  Icmp6Type.routerAdvertisement,
  Icmp6Type.neighborSolicitation,
  Icmp6Type.neighborAdvertisement,
  Icmp6Type.redirect,
];

/** `ICMP6, echo request, id 1, seq 2, length 64` */
function icmp6Text(layer: Icmp6Layer, line: Line): string {
  const name = nameOf(TYPE_NAMES, layer.type, `unknown icmp6 type (${layer.type})`);
  const body = bodyText(layer, line);
  if (line.verbosity === 0) return `ICMP6, ${name}${body}, length ${layer.length}`;
  const length = NEIGHBOR_TYPES.includes(layer.type) ? `, length ${layer.length}` : '';
  return `${checksumText(layer)}ICMP6, ${name}${length}${body}${neighborDetails(layer, line.verbosity > 1)}`;
}

function checksumText(layer: Icmp6Layer): string {
  const { checksum, expectedChecksum } = layer;
  if (expectedChecksum === undefined) return '';
  if (isSameSum(checksum, expectedChecksum)) return '[icmp6 sum ok] ';
  return `[bad icmp6 cksum ${hex(checksum, 4)} -> ${hex(expectedChecksum, 4)}!] `;
}

function bodyText(layer: Icmp6Layer, line: Line): string {
  const { names } = line;
  switch (layer.type) {
    case Icmp6Type.destinationUnreachable:
      return unreachableText(layer, line);
    case Icmp6Type.packetTooBig:
      return `, mtu ${layer.mtu ?? 0}`;
    case Icmp6Type.timeExceeded:
      return timeExceededText(layer, line);
    case Icmp6Type.parameterProblem:
      return parameterProblemText(layer);
    case Icmp6Type.echoRequest:
    case Icmp6Type.echoReply:
      return `, id ${layer.identifier ?? 0}, seq ${layer.sequence ?? 0}`;
    case Icmp6Type.listenerQuery:
    case Icmp6Type.listenerReport:
    case Icmp6Type.listenerDone:
      return listenerText(layer, line);
    case Icmp6Type.neighborSolicitation:
      return `, who has ${names.host(layer.target ?? '')}`;
    case Icmp6Type.neighborAdvertisement:
      return `, tgt is ${names.host(layer.target ?? '')}`;
    case Icmp6Type.redirect:
      return `, ${names.host(layer.destination ?? '')} to ${names.host(layer.target ?? '')}`;
    case Icmp6Type.listenerReport2: {
      const records = listenerRecordsText(layer.groups ?? [], line);
      return `, ${layer.groupCount ?? 0} group record(s)${records}`;
    }
    default:
      return '';
  }
}

const UNREACHABLE: Readonly<Record<number, string>> = {
  [Unreachable6Code.noRoute]: 'unreachable route',
  [Unreachable6Code.prohibited]: ' unreachable prohibited', // the blank is tcpdump's
  [Unreachable6Code.beyondScope]: 'beyond scope',
  [Unreachable6Code.address]: 'unreachable address',
  [Unreachable6Code.port]: 'unreachable port',
};

function unreachableText(layer: Icmp6Layer, line: Line): string {
  const { quoted, code } = layer;
  const reason = `, ${nameOf(UNREACHABLE, code, `unknown unreach code (${code})`)}`;
  const destination = line.names.host(quoted?.destination ?? '');
  if (code === Unreachable6Code.beyondScope)
    return `${reason} ${destination}, source address ${line.names.host(quoted?.source ?? '')}`;
  if (code !== Unreachable6Code.port) return code in UNREACHABLE ? `${reason} ${destination}` : reason;
  const port = quoted?.destinationPort ?? 0;
  if (quoted?.protocol === IpProtocol.tcp) return `${reason}, ${destination} tcp port ${line.names.port(port, 'tcp')}`;
  if (quoted?.protocol === IpProtocol.udp) return `${reason}, ${destination} udp port ${line.names.port(port, 'udp')}`;
  return `${reason}, ${destination} protocol ${quoted?.protocol ?? 0}`;
}

function timeExceededText(layer: Icmp6Layer, line: Line): string {
  if (layer.code === 0) return ` for ${line.names.host(layer.quoted?.destination ?? '')}`;
  return layer.code === 1 ? ' (reassembly)' : `, unknown code (${layer.code})`;
}

function parameterProblemText(layer: Icmp6Layer): string {
  const reasons = { 0: 'erroneous', 1: 'next header', 2: 'option', 3: 'incomplete header chain' };
  const reason = nameOf(reasons, layer.code, '');
  return reason === '' ? `, code-#${layer.code}` : `, ${reason} - octet ${layer.pointer ?? 0}`;
}

function listenerText(layer: Icmp6Layer, line: Line): string {
  const group = line.names.host(layer.group ?? '');
  if (layer.isListenerVersion2 === true) return ` v2 [gaddr ${group}]`;
  return `max resp delay: ${layer.maximumResponseDelay ?? 0} addr: ${group}`;
}

/** Flags and options of `-v`, below the line. */
function neighborDetails(layer: Icmp6Layer, withBytes: boolean): string {
  const options = (layer.options ?? []).map((option) => optionText(option, withBytes)).join('');
  const { router, neighborFlags } = layer;
  if (router !== undefined) return `\n\t${routerText(router)}${options}`;
  if (neighborFlags !== undefined) {
    const { isRouter, isSolicited, isOverride } = neighborFlags;
    const names = [isRouter ? 'router' : '', isSolicited ? 'solicited' : '', isOverride ? 'override' : ''];
    const flags = names.filter((name) => name !== '');
    return `, Flags [${flags.length === 0 ? 'none' : flags.join(', ')}]${options}`;
  }
  return options;
}

const ROUTER_FLAGS: FlagNames = [
  [0x80, 'managed'],
  [0x40, 'other stateful'],
  [0x20, 'home agent'],
];
const PREFERENCES = ['medium', 'high', 'reserved', 'low'] as const;

function routerText(router: NonNullable<Icmp6Layer['router']>): string {
  const flags = flagsText(ROUTER_FLAGS, router.flags);
  const preference = PREFERENCES[(router.flags >>> 3) & 3] ?? '';
  return (
    `hop limit ${router.hopLimit}, Flags [${flags}], pref ${preference}, router lifetime ${router.lifetime}s, ` +
    `reachable time ${router.reachableTime}ms, retrans timer ${router.retransmitTimer}ms`
  );
}

const OPTION_NAMES: Readonly<Record<number, string>> = {
  [NeighborOption.sourceLinkAddress]: 'source link-address',
  [NeighborOption.targetLinkAddress]: 'destination link-address',
  [NeighborOption.prefixInformation]: 'prefix info',
  [NeighborOption.redirectedHeader]: 'redirected header',
  [NeighborOption.mtu]: 'mtu',
  [NeighborOption.routeInformation]: 'route info',
  [NeighborOption.recursiveDnsServer]: 'rdnss',
  [NeighborOption.dnsSearchList]: 'dnssl',
};

const PREFIX_FLAGS: FlagNames = [
  [0x80, 'onlink'],
  [0x40, 'auto'],
  [0x20, 'router'],
];

const FOREVER = 0xffff_ffff;

function optionText(option: NeighborOptionField, withBytes: boolean): string {
  const name = nameOf(OPTION_NAMES, option.type, 'unknown');
  const head = `\n\t  ${name} option (${option.type}), length ${option.length} (${option.length / 8}): `;
  return `${head}${optionValue(option)}${withBytes ? byteRows(option.data) : ''}`;
}

/** Rows of sixteen bytes. */
function byteRows(digits: string): string {
  let rows = '';
  for (let at = 0; at < digits.length; at += 32) {
    const groups = digits.slice(at, at + 32).match(/.{1,4}/g) ?? [];
    rows += `\n\t    0x${(at / 2).toString(16).padStart(4, '0')}:  ${groups.join(' ')}`;
  }
  return rows;
}

function optionValue({ linkAddress, mtu, prefix }: NeighborOptionField): string {
  if (linkAddress !== undefined) return linkAddress;
  if (mtu !== undefined) return ` ${mtu}`;
  if (prefix === undefined) return '';
  const time = (seconds: number): string => (seconds === FOREVER ? 'infinity' : `${seconds}s`);
  const lifetimes = `valid time ${time(prefix.validLifetime)}, pref. time ${time(prefix.preferredLifetime)}`;
  return `${prefix.address}/${prefix.length}, Flags [${flagsText(PREFIX_FLAGS, prefix.flags)}], ${lifetimes}`;
}
