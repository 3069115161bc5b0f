/** TCP, with sequence numbers relative to the beginning of the conversation. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { TcpFlag } from '../../../wire/tcp.ts';
import { TcpOptionKind } from '../../../wire/tcp-options.ts';
import { endpointsText, truncatedTransport } from '../endpoints.ts';
import { type FlagNames, flagsText, hex, isSameSum, nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

type TcpLayer = LayerOf<'tcp'>;

export const tcp: Printers<'tcp' | 'bad-tcp'> = {
  tcp: { text: tcpText },
  'bad-tcp': { text: badTcpText },
  '[|tcp]': truncatedTransport,
};

const FLAG_LETTERS: FlagNames = [
  [TcpFlag.fin, 'F'],
  [TcpFlag.syn, 'S'],
  [TcpFlag.reset, 'R'],
  [TcpFlag.push, 'P'],
  [TcpFlag.acknowledgment, '.'],
  [TcpFlag.urgent, 'U'],
  [TcpFlag.congestionEcho, 'E'],
  [TcpFlag.congestionWindowReduced, 'W'],
];

const FIXED_LENGTH = 20;
const SEQUENCE_FLAGS = TcpFlag.syn | TcpFlag.fin | TcpFlag.reset;

function badTcpText(layer: LayerOf<'bad-tcp'>, line: Line): string {
  const data = layer.segmentLength - layer.length;
  return `${endpointsText(layer, 'tcp', line)} tcp ${data} [bad hdr length ${layer.length} - too short, < 20]`;
}

function tcpText(layer: TcpLayer, line: Line): string {
  const endpoints = endpointsText(layer, 'tcp', line);
  const { payloadLength, headerLength, flags } = layer;
  const tooLong = ` [bad hdr length ${headerLength}, too long, > ${payloadLength + headerLength}]`;
  if (line.options.quiet === true) return `${endpoints}tcp ${payloadLength >>> 0}${payloadLength < 0 ? tooLong : ''}`;
  const { sequence, acknowledgment, selectiveBase } = numbersOf(layer, line);
  let text = `${endpoints}Flags [${flagsText(FLAG_LETTERS, flags, '')}]`;
  if (line.verbosity > 0) text += checksumText(layer, line);
  if (payloadLength > 0 || line.verbosity > 1 || (flags & SEQUENCE_FLAGS) !== 0) {
    text += `, seq ${sequence}${payloadLength > 0 ? `:${(sequence + payloadLength) >>> 0}` : ''}`;
  }
  if ((flags & TcpFlag.acknowledgment) !== 0) text += `, ack ${acknowledgment}`;
  text += `, win ${layer.window}`;
  if ((flags & TcpFlag.urgent) !== 0) text += `, urg ${layer.urgentPointer}`;
  if (payloadLength < 0) return `${text}${tooLong}`;
  if (headerLength > FIXED_LENGTH) text += `, ${optionsText(layer, selectiveBase)}`;
  return layer.areOptionsTruncated ? `${text} [|tcp]` : `${text}, length ${payloadLength}`;
}

/** Sequence numbers as printed: relative, unless the segment acknowledges nothing or `-S` is set. */
function numbersOf(
  layer: TcpLayer,
  { options, ip, conversations }: Line,
): { readonly sequence: number; readonly acknowledgment: number; readonly selectiveBase: number } {
  const { sequence, acknowledgment, sourcePort, destinationPort, flags } = layer;
  if (options.absoluteSequence === true || (flags & TcpFlag.acknowledgment) === 0 || ip === undefined) {
    return { sequence, acknowledgment, selectiveBase: 0 };
  }
  const { source, destination } = ip;
  const isSyn = (flags & TcpFlag.syn) !== 0;
  return conversations.place({ source, destination, sourcePort, destinationPort, sequence, acknowledgment, isSyn });
}

function checksumText({ checksum, expectedChecksum }: TcpLayer, { options }: Line): string {
  if (options.skipChecksums === true || expectedChecksum === undefined) return '';
  const isCorrect = isSameSum(checksum, expectedChecksum);
  return `, cksum ${hex(checksum, 4)} (${isCorrect ? 'correct' : `incorrect -> ${hex(expectedChecksum, 4)}`})`;
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

function optionText(option: TcpLayer['options'][number], selectiveBase: number): string {
  const { kind, length, values, data } = option;
  const name = nameOf(OPTION_NAMES, kind, `unknown-${kind}`);
  const [first = 0, second = 0] = values;
  switch (kind) {
    case TcpOptionKind.maximumSegmentSize:
    case TcpOptionKind.windowScale:
      return values.length === 1 ? `${name} ${first}` : `${name}[len ${length}]`;
    case TcpOptionKind.timestamps:
      return values.length === 2 ? `${name} val ${first} ecr ${second}` : `${name}[len ${length}]`;
    case TcpOptionKind.selectiveAcknowledgment:
      return length % 8 === 2 ? selectiveText(name, values, selectiveBase) : `${name} invalid sack`;
    case TcpOptionKind.fastOpen:
      return data === '' ? `${name}  cookiereq` : `${name}  cookie ${data}`;
    case TcpOptionKind.end:
    case TcpOptionKind.noOperation:
    case TcpOptionKind.selectiveAcknowledgmentPermitted:
      return name;
    default:
      return data === '' ? name : `${name} 0x${data}`;
  }
}

function selectiveText(name: string, edges: readonly number[], base: number): string {
  const blocks: string[] = [];
  for (let at = 0; at + 1 < edges.length; at += 2) {
    blocks.push(`{${((edges[at] ?? 0) - base) >>> 0}:${((edges[at + 1] ?? 0) - base) >>> 0}}`);
  }
  return `${name} ${blocks.length} ${blocks.join('')}`;
}
