/** GRE (RFC 2784, RFC 2890). @module */
import { readU16, readU32 } from '../../base/bytes.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { decodeEtherPayload } from '../ether-payload.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface GreLayer extends LayerPlace {
  readonly kind: 'gre';
  readonly version: number;
  /** The first 16 bits of the header, version included. */
  readonly flags: number;
  readonly protocol: number;
  readonly checksum?: number;
  readonly key?: number;
  readonly sequence?: number;
  readonly length: number;
  /** The capture lacks a field that the flags announce. */
  readonly isCut: boolean;
}

const CHECKSUM_PRESENT = 0x8000;
const ROUTING_PRESENT = 0x4000;
const KEY_PRESENT = 0x2000;
const SEQUENCE_PRESENT = 0x1000;

/** In the order of the header; each takes four bytes. */
const OPTIONAL_FIELDS = [
  [CHECKSUM_PRESENT, 'checksum'],
  [KEY_PRESENT, 'key'],
  [SEQUENCE_PRESENT, 'sequence'],
] as const;

export const gre: Protocol<GreLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.gre], ipv6Protocol: [IpProtocol.gre] },
  decode: decodeGre,
};

/** Version 0 is decoded; of other versions, and of the source routes of RFC 1701, only the first four bytes. */
function decodeGre(context: DecodeContext<GreLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < 2) {
    context.truncated('gre', region);
    return;
  }
  const flags = readU16(bytes, start);
  const version = flags & 7;
  const isCut = end - start < 4;
  const protocol = isCut ? 0 : readU16(bytes, start + 2);
  const common = { kind: 'gre', start, version, flags, protocol, isCut, length: wireLengthOf(region) } as const;
  if (isCut) {
    context.add({ ...common, headerLength: 2 });
    context.truncated('gre', region);
    return;
  }
  if (version !== 0 || (flags & ROUTING_PRESENT) !== 0) {
    context.add({ ...common, headerLength: 4 });
    context.data(after(region, start + 4));
    return;
  }
  let at = start + 4;
  const fields: { checksum?: number; key?: number; sequence?: number } = {};
  for (const [flag, name] of OPTIONAL_FIELDS) {
    if ((flags & flag) === 0) continue;
    if (at + 4 > end) {
      context.add({ ...common, headerLength: at - start, ...fields, isCut: true });
      context.truncated('gre', region);
      return;
    }
    fields[name] = name === 'checksum' ? readU16(bytes, at) : readU32(bytes, at);
    at += 4;
  }
  context.add({ ...common, headerLength: at - start, ...fields });
  decodeEtherPayload(context, after(region, at), protocol);
}
