/** TCP segments (RFC 9293). @module */
import { readU8, readU16, readU32 } from '../../base/bytes.ts';
import { hexDigits } from '../../base/hex.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { OptionCursor } from '../../wire/option-cursor.ts';
import { TcpView } from '../../wire/tcp.ts';
import { TcpOptionKind } from '../../wire/tcp-options.ts';
import { type ExpectedChecksum, expectedUpperChecksum } from '../checksum.ts';
import type { LayerPlace, Mutable } from '../layer.ts';
import { addTruncatedPorts, type PortsLayer } from '../ports.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface TcpLayer extends LayerPlace, ExpectedChecksum {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Bits of `TcpFlag`. */
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOptionField[];
  readonly areOptionsMalformed: boolean;
  /** The capture ends inside the options, before an End option. */
  readonly areOptionsTruncated: boolean;
  readonly payloadLength: number;
  readonly checksum: number;
}

/** `values` are the numbers of a known kind: MSS, shift, timestamps, SACK edges; `data` is hexadecimal otherwise. */
interface TcpOptionField {
  readonly kind: number;
  readonly length: number;
  readonly values: readonly number[];
  readonly data: string;
}

/** A TCP header whose length field is impossible. */
export interface BadTcpLayer extends LayerPlace {
  readonly kind: 'bad-tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Value of the field in bytes, below 20. */
  readonly length: number;
  /** Bytes of the segment according to the network layer. */
  readonly segmentLength: number;
}

const FIXED_LENGTH = 20;
const CHECKSUM = 16;

const view = new TcpView();
const cursor = new OptionCursor();

export const tcp: Protocol<TcpLayer | BadTcpLayer | PortsLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.tcp], ipv6Protocol: [IpProtocol.tcp] },
  decode: decodeTcp,
};

function decodeTcp(context: DecodeContext<TcpLayer | BadTcpLayer | PortsLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (!view.wrap(bytes, start, end)) {
    addTruncatedPorts(context, region, 'tcp');
    return;
  }
  const { sourcePort, destinationPort, headerLength, optionsStart, payloadStart } = view;
  const ports = { sourcePort, destinationPort };
  const segmentLength = wireLengthOf(region);
  if (headerLength < FIXED_LENGTH) {
    context.add({ kind: 'bad-tcp', start, headerLength: FIXED_LENGTH, ...ports, length: headerLength, segmentLength });
    return;
  }
  const isCut = payloadStart > end && segmentLength >= headerLength;
  const { options, areMalformed, isEnded } = readOptions(bytes, optionsStart, Math.min(payloadStart, end));
  const layer: Mutable<TcpLayer> = {
    kind: 'tcp',
    start,
    headerLength,
    sourcePort,
    destinationPort,
    sequence: view.sequence,
    acknowledgment: view.acknowledgment,
    flags: view.flags,
    window: view.window,
    urgentPointer: view.urgentPointer,
    options,
    areOptionsMalformed: areMalformed && !isCut,
    areOptionsTruncated: isCut && !isEnded,
    payloadLength: segmentLength - headerLength,
    checksum: view.checksum,
  };
  const expected = expectedUpperChecksum(context, region, segmentLength, CHECKSUM, IpProtocol.tcp);
  if (expected !== undefined) layer.expectedChecksum = expected;
  context.add(layer);
  if (isCut || segmentLength <= headerLength) return;
  context.decodePort('tcpPort', sourcePort, destinationPort, after(region, payloadStart));
}

function readOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly options: readonly TcpOptionField[]; readonly areMalformed: boolean; readonly isEnded: boolean } {
  const options: TcpOptionField[] = [];
  let isEnded = false;
  cursor.begin(bytes, start, end);
  while (!isEnded && cursor.next()) {
    options.push(readOption(bytes));
    isEnded = cursor.kind === TcpOptionKind.end;
  }
  return { options, areMalformed: cursor.isMalformed, isEnded };
}

function readOption(bytes: Uint8Array): TcpOptionField {
  const { kind, length, dataStart, start } = cursor;
  const values = readNumbers(bytes, kind, length, dataStart);
  const isData = length > 2 && values.length === 0;
  return { kind, length, values, data: isData ? hexDigits(bytes, dataStart, start + length) : '' };
}

/** The numbers of a known kind; empty if the length is not that of the kind. */
function readNumbers(bytes: Uint8Array, kind: number, length: number, at: number): number[] {
  switch (kind) {
    case TcpOptionKind.maximumSegmentSize:
      return length === 4 ? [readU16(bytes, at)] : [];
    case TcpOptionKind.windowScale:
      return length === 3 ? [readU8(bytes, at)] : [];
    case TcpOptionKind.timestamps:
      return length === 10 ? [readU32(bytes, at), readU32(bytes, at + 4)] : [];
    case TcpOptionKind.selectiveAcknowledgment: {
      const edges: number[] = [];
      // Pairs of edges: 4 bytes each (RFC 2018, 3).
      for (let edge = at; length % 8 === 2 && edge < at + length - 2; edge += 4) edges.push(readU32(bytes, edge));
      return edges;
    }
    default:
      return [];
  }
}
