/** SCTP (RFC 9260): the common header; chunks are data. @module */
import { readU16, readU32 } from '../../base/bytes.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface SctpLayer extends LayerPlace {
  readonly kind: 'sctp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
  /** Common header and chunks. */
  readonly length: number;
}

const HEADER_LENGTH = 12;

export const sctp: Protocol<SctpLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.sctp], ipv6Protocol: [IpProtocol.sctp] },
  decode: decodeSctp,
};

function decodeSctp(context: DecodeContext<SctpLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < HEADER_LENGTH) {
    context.truncated('sctp', region);
    return;
  }
  const ports = { sourcePort: readU16(bytes, start), destinationPort: readU16(bytes, start + 2) };
  const fields = { ...ports, verificationTag: readU32(bytes, start + 4), length: wireLengthOf(region) };
  context.add({ kind: 'sctp', start, headerLength: HEADER_LENGTH, ...fields });
  context.data(after(region, start + HEADER_LENGTH));
}
