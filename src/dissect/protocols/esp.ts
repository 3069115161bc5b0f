/** The IP encapsulating security payload (RFC 4303); its payload is encrypted. @module */
import { readU32 } from '../../base/bytes.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { type Region, wireLengthOf } from '../region.ts';

export interface EspLayer extends LayerPlace {
  readonly kind: 'esp';
  /** Security parameters index. */
  readonly securityParameters: number;
  readonly sequence: number;
  /** Header and payload, bytes on the wire. */
  readonly length: number;
}

const HEADER_LENGTH = 8;

export const esp: Protocol<EspLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.esp], ipv6Protocol: [IpProtocol.esp] },
  decode: decodeEsp,
};

function decodeEsp(context: DecodeContext<EspLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < HEADER_LENGTH) {
    context.truncated('ESP', region);
    return;
  }
  const fields = { securityParameters: readU32(bytes, start), sequence: readU32(bytes, start + 4) };
  context.add({ kind: 'esp', start, headerLength: HEADER_LENGTH, ...fields, length: wireLengthOf(region) });
}
