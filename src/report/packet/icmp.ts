/** ICMP and IGMP. ICMPv6 stands in packet-icmp6.ts. @module */
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { Icmp4Layer, IgmpLayer, ListenerRecord } from '../../dissect/index.ts';
import { Icmp4Type, Unreachable4Code } from '../../wire/icmp-types.ts';
import { hex, type LineContext, nameOf } from './context.ts';

/** What stands before and after the quoted destination, by code. */
const UNREACHABLE: Readonly<Record<number, readonly [before: string, after: string]>> = {
  [Unreachable4Code.net]: ['net ', ' unreachable'],
  [Unreachable4Code.host]: ['host ', ' unreachable'],
  [Unreachable4Code.sourceRouteFailed]: ['', ' unreachable - source route failed'],
  [Unreachable4Code.networkUnknown]: ['net ', ' unreachable - unknown'],
  [Unreachable4Code.hostUnknown]: ['host ', ' unreachable - unknown'],
  [Unreachable4Code.hostIsolated]: ['', ' unreachable - source host isolated'],
  [Unreachable4Code.networkProhibited]: ['net ', ' unreachable - admin prohibited'],
  [Unreachable4Code.hostProhibited]: ['host ', ' unreachable - admin prohibited'],
  [Unreachable4Code.networkTypeOfService]: ['net ', ' unreachable - tos prohibited'],
  [Unreachable4Code.hostTypeOfService]: ['host ', ' unreachable - tos prohibited'],
  [Unreachable4Code.communicationProhibited]: ['host ', ' unreachable - admin prohibited filter'],
  [Unreachable4Code.hostPrecedence]: ['host ', ' unreachable - host precedence violation'],
  [Unreachable4Code.precedenceCutoff]: ['host ', ' unreachable - precedence cutoff'],
};

/** `ICMP echo request, id 1, seq 2, length 64` */
export function icmp4Text(layer: Icmp4Layer, context: LineContext): string {
  const { checksum, expectedChecksum } = layer;
  const isSumShown = context.verbosity > 0 && expectedChecksum !== undefined;
  const isBad = isSumShown && checksum % 0xffff !== expectedChecksum % 0xffff;
  const sum = isBad ? ` (wrong icmp cksum ${checksum.toString(16)} (->${expectedChecksum.toString(16)})!)` : '';
  return `ICMP ${messageText(layer, context)}, length ${layer.length}${sum}`;
}

function messageText(layer: Icmp4Layer, context: LineContext): string {
  const id = `id ${layer.identifier ?? 0}`;
  const seq = `seq ${layer.sequence ?? 0}`;
  switch (layer.type) {
    case Icmp4Type.echoRequest:
      return `echo request, ${id}, ${seq}`;
    case Icmp4Type.echoReply:
      return `echo reply, ${id}, ${seq}`;
    case Icmp4Type.destinationUnreachable:
      return unreachableText(layer, context);
    case Icmp4Type.sourceQuench:
      return 'source quench';
    case Icmp4Type.redirect:
      return redirectText(layer, context);
    case Icmp4Type.routerSolicitation:
      return 'router solicitation';
    case Icmp4Type.routerAdvertisement:
      return `router advertisement lifetime ${lifetimeText(layer.lifetime ?? 0)}`;
    case Icmp4Type.timeExceeded:
      return nameOf(
        { 0: 'time exceeded in-transit', 1: 'ip reassembly time exceeded' },
        layer.code,
        `time exceeded-#${layer.code}`,
      );
    case Icmp4Type.parameterProblem:
      return layer.code === 0
        ? `parameter problem - octet ${layer.pointer ?? 0}`
        : `parameter problem - code ${layer.code}`;
    case Icmp4Type.timestampRequest:
      return `time stamp query ${id} ${seq}`;
    case Icmp4Type.timestampReply: {
      const [origin, receive, transmit] = layer.times ?? [0, 0, 0];
      return `time stamp reply ${id} ${seq}: org ${dayTime(origin)}, recv ${dayTime(receive)}, xmit ${dayTime(transmit)}`;
    }
    case Icmp4Type.maskRequest:
      return 'address mask request';
    case Icmp4Type.maskReply:
      return `address mask is ${hex(layer.mask ?? 0, 8)}`;
    default:
      return `type-#${layer.type}`;
  }
}

function unreachableText(layer: Icmp4Layer, context: LineContext): string {
  const { quoted, code } = layer;
  const destination = context.names.host(quoted?.destination ?? '');
  switch (code) {
    case Unreachable4Code.protocol:
      return `${destination} protocol ${quoted?.protocol ?? 0} unreachable`;
    case Unreachable4Code.port: {
      const port = quoted?.destinationPort ?? 0;
      if (quoted?.protocol === IpProtocol.tcp)
        return `${destination} tcp port ${context.names.port(port, 'tcp')} unreachable`;
      if (quoted?.protocol === IpProtocol.udp)
        return `${destination} udp port ${context.names.port(port, 'udp')} unreachable`;
      return `${destination} protocol ${quoted?.protocol ?? 0} port ${port} unreachable`;
    }
    case Unreachable4Code.fragmentationNeeded:
      return `${destination} unreachable - need to frag${layer.nextHopMtu ? ` (mtu ${layer.nextHopMtu})` : ''}`;
    default: {
      const words = UNREACHABLE[code];
      return words === undefined ? `${destination} unreachable - #${code}` : `${words[0]}${destination}${words[1]}`;
    }
  }
}

function redirectText(layer: Icmp4Layer, context: LineContext): string {
  const destination = context.names.host(layer.quoted?.destination ?? '');
  const gateway = context.names.host(layer.gateway ?? '');
  switch (layer.code) {
    case 0:
      return `redirect ${destination} to net ${gateway}`;
    case 1:
      return `redirect ${destination} to host ${gateway}`;
    case 2:
      return `redirect-tos ${destination} to net ${gateway}`;
    case 3:
      return `redirect-tos ${destination} to host ${gateway}`;
    default:
      return `redirect-#${layer.code} ${destination} to ${gateway}`;
  }
}

function lifetimeText(seconds: number): string {
  const pad = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  if (seconds < 60) return `${seconds}`;
  if (seconds < 3600) return `${Math.trunc(seconds / 60)}:${pad(seconds % 60)}`;
  return `${Math.trunc(seconds / 3600)}:${pad((seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** Milliseconds since midnight; with the high bit set they are the sender's own units (RFC 792), shown all the same. */
function dayTime(milliseconds: number): string {
  const pad = (value: number, width: number): string => String(Math.trunc(value)).padStart(width, '0');
  const seconds = milliseconds / 1000;
  const clock = `${pad(seconds / 3600, 2)}:${pad((seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return `${clock}.${pad(milliseconds % 1000, 3)}`;
}

/** Record types of group reports, the same in both families. */
const RECORD_TYPES: Readonly<Record<number, string>> = {
  1: 'is_in',
  2: 'is_ex',
  3: 'to_in',
  4: 'to_ex',
  5: 'allow',
  6: 'block',
};

/** ` [gaddr 239.1.2.3 to_ex { }]` for each record; with one `-v` the number of sources, without any nothing. */
export function recordsText(records: readonly ListenerRecord[], context: LineContext): string {
  if (context.verbosity === 0) return '';
  return records
    .map(({ type, group, sources }) => {
      const name = nameOf(RECORD_TYPES, type, `[v3-report-#${type}]`);
      if (context.verbosity === 1) return ` [gaddr ${context.names.host(group)} ${name}, ${sources.length} source(s)]`;
      const list = sources.map((source) => ` ${context.names.host(source)}`).join('');
      return ` [gaddr ${context.names.host(group)} ${name} {${list} }]`;
    })
    .join('');
}

const IGMP_QUERY = 0x11;
const DEFAULT_RESPONSE = 100;

export function igmpText(layer: IgmpLayer, context: LineContext): string {
  if (context.options.quiet === true) return 'igmp';
  const { checksum, expectedChecksum } = layer;
  const isSumShown = context.verbosity > 0 && expectedChecksum !== undefined;
  const isBad = isSumShown && checksum % 0xffff !== expectedChecksum % 0xffff;
  return `igmp${igmpMessage(layer, context)}${isBad ? ` bad igmp cksum ${checksum.toString(16)}!` : ''}`;
}

function igmpMessage(layer: IgmpLayer, context: LineContext): string {
  const group = context.names.host(layer.group);
  const odd = layer.length === 8 ? '' : ` [len ${layer.length}]`;
  switch (layer.type) {
    case IGMP_QUERY:
      return queryText(layer, group);
    case 0x12:
      return ` v1 report ${group}${odd}`;
    case 0x16:
      return ` v2 report ${group}`;
    case 0x17:
      return ` leave ${group}`;
    case 0x22:
      return ` v3 report, ${layer.groupCount} group record(s)${recordsText(layer.groups, context)}`;
    default:
      return `-${layer.type}`;
  }
}

function queryText(layer: IgmpLayer, group: string): string {
  const isVersion3 = layer.length >= 12;
  const version = isVersion3 ? 'v3' : layer.maximumResponse === 0 ? 'v1' : 'v2';
  const isDefault = layer.maximumResponse === DEFAULT_RESPONSE || layer.maximumResponse === 0;
  const response = isDefault || isVersion3 ? '' : ` [max resp time ${layer.maximumResponse}]`;
  return ` query ${version}${response}${layer.group === '0.0.0.0' ? '' : ` [gaddr ${group}]`}`;
}
