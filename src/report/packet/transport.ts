/** TCP and UDP. @module */

import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { BadTcpLayer, PortsLayer, SctpLayer, TcpLayer, TcpOptionField, UdpLayer } from '../../dissect/index.ts';
import { TcpFlag } from '../../wire/tcp.ts';
import { TcpOptionKind } from '../../wire/tcp-options.ts';
import { announcedProtocol, hex, type LineContext, nameOf } from './context.ts';

/** Letters in tcpdump's order. */
const FLAG_LETTERS: readonly (readonly [flag: number, letter: string])[] = [
  [TcpFlag.fin, 'F'],
  [TcpFlag.syn, 'S'],
  [TcpFlag.reset, 'R'],
  [TcpFlag.push, 'P'],
  [TcpFlag.acknowledgment, '.'],
  [TcpFlag.urgent, 'U'],
  [TcpFlag.congestionEcho, 'E'],
  [TcpFlag.congestionWindowReduced, 'W'],
];

/** `10.0.0.1.80 > 10.0.0.2.1024: `; behind an extension header the ports alone, the addresses stand before it. */
function endpointsText(
  layer: { readonly sourcePort: number; readonly destinationPort: number },
  protocol: 'tcp' | 'udp' | 'sctp',
  context: LineContext,
): string {
  const { ip, names } = context;
  const source = names.port(layer.sourcePort, protocol);
  const destination = names.port(layer.destinationPort, protocol);
  if (ip === undefined || announcedProtocol(ip) !== IpProtocol[protocol]) return `${source} > ${destination}: `;
  return `${names.host(ip.source)}.${source} > ${names.host(ip.destination)}.${destination}: `;
}

export function portsText(layer: PortsLayer, context: LineContext): string {
  const endpoints = endpointsText(layer, layer.protocol, context);
  if (layer.badLength === undefined) return endpoints;
  return `${endpoints}${layer.isNetworkLength === true ? 'truncated-udp' : 'truncated-udplength'} ${layer.badLength}`;
}

/** The common header; chunks are not read, so this is shorter than tcpdump's line. */
export function sctpText(layer: SctpLayer, context: LineContext): string {
  return `${endpointsText(layer, 'sctp', context)}sctp, length ${layer.length}`;
}

export function badTcpText(layer: BadTcpLayer, context: LineContext): string {
  const data = layer.segmentLength - layer.length;
  return `${endpointsText(layer, 'tcp', context)} tcp ${data} [bad hdr length ${layer.length} - too short, < 20]`;
}

export function tcpText(layer: TcpLayer, context: LineContext): string {
  const endpoints = endpointsText(layer, 'tcp', context);
  const { payloadLength } = layer;
  const tooLong = `[bad hdr length ${layer.headerLength}, too long, > ${payloadLength + layer.headerLength}]`;
  if (context.options.quiet === true)
    return `${endpoints}tcp ${payloadLength >>> 0}${payloadLength < 0 ? ` ${tooLong}` : ''}`;
  const letters = FLAG_LETTERS.filter(([flag]) => (layer.flags & flag) !== 0).map(([, letter]) => letter);
  const head = `${endpoints}Flags [${letters.length === 0 ? 'none' : letters.join('')}]`;
  const hasAcknowledgment = (layer.flags & TcpFlag.acknowledgment) !== 0;
  const numbers = placeOf(layer, context, hasAcknowledgment);
  const parts = [head];
  if (context.verbosity > 0) parts.push(...checksumText(layer, context));
  if (payloadLength > 0 || context.verbosity > 1 || (layer.flags & (TcpFlag.syn | TcpFlag.fin | TcpFlag.reset)) !== 0) {
    const { sequence } = numbers;
    parts.push(`seq ${sequence}${payloadLength > 0 ? `:${(sequence + payloadLength) >>> 0}` : ''}`);
  }
  if (hasAcknowledgment) parts.push(`ack ${numbers.acknowledgment}`);
  parts.push(`win ${layer.window}`);
  if ((layer.flags & TcpFlag.urgent) !== 0) parts.push(`urg ${layer.urgentPointer}`);
  if (payloadLength < 0) return `${parts.join(', ')} ${tooLong}`;
  if (layer.headerLength > 20) parts.push(optionsText(layer, numbers.selectiveBase));
  if (layer.areOptionsTruncated) return `${parts.join(', ')} [|tcp]`;
  parts.push(`length ${payloadLength}`);
  return parts.join(', ');
}

function placeOf(
  layer: TcpLayer,
  context: LineContext,
  hasAcknowledgment: boolean,
): { readonly sequence: number; readonly acknowledgment: number; readonly selectiveBase: number } {
  const { sequence, acknowledgment, sourcePort, destinationPort } = layer;
  const { ip } = context;
  if (context.options.absoluteSequence === true || !hasAcknowledgment || ip === undefined) {
    return { sequence, acknowledgment, selectiveBase: 0 };
  }
  return context.conversations.place({
    source: ip.source,
    destination: ip.destination,
    sourcePort,
    destinationPort,
    sequence,
    acknowledgment,
    isSyn: (layer.flags & TcpFlag.syn) !== 0,
  });
}

function checksumText(
  layer: { readonly checksum: number; readonly expectedChecksum?: number },
  context: LineContext,
): string[] {
  const { checksum, expectedChecksum } = layer;
  if (context.options.skipChecksums === true || expectedChecksum === undefined) return [];
  const verdict = isSumOk(checksum, expectedChecksum) ? 'correct' : `incorrect -> ${hex(expectedChecksum, 4)}`;
  return [`cksum ${hex(checksum, 4)} (${verdict})`];
}

/** 0 and 0xffff are the same number in one's complement. */
function isSumOk(checksum: number, expected: number): boolean {
  return checksum % 0xffff === expected % 0xffff;
}

const OPTION_NAMES: Readonly<Record<number, string>> = {
  0: 'eol',
  1: 'nop',
  2: 'mss',
  3: 'wscale',
  4: 'sackOK',
  5: 'sack',
  6: 'echo',
  7: 'echoreply',
  8: 'TS',
  11: 'cc',
  12: 'ccnew',
  13: 'ccecho',
  19: 'md5',
  20: 'scps',
  28: 'uto',
  29: 'tcp-ao',
  30: 'mptcp',
  34: 'tfo',
  254: 'exp',
};

function optionsText(layer: TcpLayer, selectiveBase: number): string {
  const options = layer.options.map((option) => optionText(option, selectiveBase));
  if (layer.areOptionsMalformed) options.push('[bad opt]');
  if (!layer.areOptionsTruncated) return `options [${options.join(',')}]`;
  return `options [${options.map((option) => `${option},`).join('')}`;
}

function optionText(option: TcpOptionField, selectiveBase: number): string {
  const name = nameOf(OPTION_NAMES, option.kind, `unknown-${option.kind}`);
  const [first = 0, second = 0] = option.values;
  switch (option.kind) {
    case TcpOptionKind.maximumSegmentSize:
    case TcpOptionKind.windowScale:
      return option.values.length === 1 ? `${name} ${first}` : `${name}[len ${option.length}]`;
    case TcpOptionKind.timestamps:
      return option.values.length === 2 ? `${name} val ${first} ecr ${second}` : `${name}[len ${option.length}]`;
    case TcpOptionKind.selectiveAcknowledgment:
      return option.length % 8 === 2 ? selectiveText(name, option.values, selectiveBase) : `${name} invalid sack`;
    case TcpOptionKind.fastOpen:
      return option.data === '' ? `${name}  cookiereq` : `${name}  cookie ${option.data}`;
    case TcpOptionKind.end:
    case TcpOptionKind.noOperation:
    case TcpOptionKind.selectiveAcknowledgmentPermitted:
      return name;
    default:
      return option.data === '' ? name : `${name} 0x${option.data}`;
  }
}

function selectiveText(name: string, edges: readonly number[], base: number): string {
  const blocks: string[] = [];
  for (let at = 0; at + 1 < edges.length; at += 2) {
    blocks.push(`{${((edges[at] ?? 0) - base) >>> 0}:${((edges[at + 1] ?? 0) - base) >>> 0}}`);
  }
  return `${name} ${blocks.length} ${blocks.join('')}`;
}

/** @param hasWords the application's own words follow */
export function udpText(layer: UdpLayer, context: LineContext, hasWords: boolean): string {
  const endpoints = endpointsText(layer, 'udp', context);
  const room = layer.payloadLength;
  const said = layer.length - 8;
  const sum = context.verbosity > 0 ? udpChecksumText(layer, context) : '';
  if (hasWords) return `${endpoints}${sum}`;
  if (said > room && !layer.isFragment) return `${endpoints}${sum}UDP, bad length ${said} > ${room}`;
  return `${endpoints}${sum}UDP, length ${said}`;
}

function udpChecksumText(layer: UdpLayer, context: LineContext): string {
  const { checksum, expectedChecksum } = layer;
  const isShown = context.ip?.kind === 'ipv6' || context.verbosity > 1; // so does tcpdump
  if (context.options.skipChecksums === true || !isShown) return '';
  if (checksum === 0 && !layer.isFragment) return '[no cksum] ';
  if (expectedChecksum === undefined) return '';
  return isSumOk(checksum, expectedChecksum)
    ? '[udp sum ok] '
    : `[bad udp cksum ${hex(checksum, 4)} -> ${hex(expectedChecksum, 4)}!] `;
}
