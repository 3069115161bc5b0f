/** PPPoE (RFC 2516), with the protocol field of PPP behind the header of a session packet. @module */
import { readU8, readU16 } from '../../base/bytes.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import type { LayerPlace } from '../layer.ts';
import type { Binding, DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region } from '../region.ts';

export interface PppoeLayer extends LayerPlace {
  readonly kind: 'pppoe';
  readonly isSession: boolean;
  /** 0 in session packets, otherwise the kind of discovery packet. */
  readonly code: number;
  readonly session: number;
  readonly length: number;
  /** Session packets: the PPP protocol. */
  readonly protocol?: number;
}

const HEADER_LENGTH = 6;
const PPP_PROTOCOL_LENGTH = 2;

export const pppoe: Protocol<PppoeLayer> = {
  numbers: { etherType: [EtherType.pppoeDiscovery, EtherType.pppoeSession] },
  decode: decodePppoe,
};

function decodePppoe(context: DecodeContext<PppoeLayer>, region: Region, { number }: Binding): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < HEADER_LENGTH) {
    context.truncated('pppoe', region);
    return;
  }
  const isSession = number === EtherType.pppoeSession;
  const code = readU8(bytes, start + 1);
  const fields = { isSession, code, session: readU16(bytes, start + 2), length: readU16(bytes, start + 4) };
  const rest = after(region, start + HEADER_LENGTH);
  const wireEnd = Math.min(rest.wireEnd, rest.start + fields.length); // padding of the link may follow
  const body = { start: rest.start, end: Math.min(rest.end, wireEnd), wireEnd };
  const isData = isSession && code === 0;
  if (!isData || body.end - body.start < PPP_PROTOCOL_LENGTH) {
    context.add({ kind: 'pppoe', start, headerLength: HEADER_LENGTH, ...fields });
    if (isData) context.truncated('ppp', body);
    else context.data(body);
    return;
  }
  const protocol = readU16(bytes, body.start);
  context.add({ kind: 'pppoe', start, headerLength: HEADER_LENGTH + PPP_PROTOCOL_LENGTH, ...fields, protocol });
  context.decode('ppp', protocol, after(body, body.start + PPP_PROTOCOL_LENGTH));
}
