/** The IP authentication header (RFC 4302), in both versions of IP. @module */
import { readU8, readU32 } from '../../base/bytes.ts';
import { hexDigits } from '../../base/hex.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { decodeIpPayload } from '../ip.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region } from '../region.ts';

export interface AuthenticationLayer extends LayerPlace {
  readonly kind: 'ah';
  /** Security parameters index. */
  readonly securityParameters: number;
  readonly sequence: number;
  /** Integrity check value in hexadecimal. */
  readonly integrity: string;
  /** The length field: units of four bytes, the first two not counted. */
  readonly lengthField: number;
}

const FIXED_LENGTH = 12;

export const ah: Protocol<AuthenticationLayer> = {
  numbers: { ipv4Protocol: [IpProtocol.ah], ipv6Protocol: [IpProtocol.ah] },
  decode: decodeAuthentication,
};

function decodeAuthentication(context: DecodeContext<AuthenticationLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  const lengthField = end - start < FIXED_LENGTH ? 0 : readU8(bytes, start + 1);
  const headerLength = (lengthField + 2) * 4;
  if (headerLength < FIXED_LENGTH || start + headerLength > end) {
    context.truncated('AH', region);
    return;
  }
  context.add({
    kind: 'ah',
    start,
    headerLength,
    securityParameters: readU32(bytes, start + 4),
    sequence: readU32(bytes, start + 8),
    integrity: hexDigits(bytes, start + FIXED_LENGTH, start + headerLength),
    lengthField,
  });
  decodeIpPayload(context, after(region, start + headerLength), readU8(bytes, start));
}
