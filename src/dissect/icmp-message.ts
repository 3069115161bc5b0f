/** What the decoders of ICMP and ICMPv6 share: the packet that an error quotes. @module */
import { formatIpv4, formatIpv6 } from '../base/address.ts';
import { readU8, readU16 } from '../base/bytes.ts';
import { EtherType } from '../base/protocol-numbers.ts';
import { QuoteView } from '../wire/icmp-quote.ts';
import { IPV4_HEADER_LENGTH } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH } from '../wire/ipv6.ts';
import type { AnyLayer, LayerPlace } from './layer.ts';
import type { DecodeContext } from './protocol.ts';
import type { Region } from './region.ts';

/** The layers that follow belong to the packet that an ICMP error quotes, as far as it was quoted. */
export interface QuoteLayer extends LayerPlace {
  readonly kind: 'quote';
}

/** Addresses and port of the packet that an ICMP error quotes. */
export interface QuotedPacket {
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  readonly protocol: number;
  readonly destinationPort?: number;
}

const quote = new QuoteView();

/** Adds a message to the layers, then decodes its body; an error quotes a packet of its own IP version. */
export function addIcmpMessage<Layer extends AnyLayer & { quoted?: QuotedPacket }>(
  context: DecodeContext<Layer | QuoteLayer>,
  layer: Layer,
  body: Region,
  errorVersion: 4 | 6 | undefined,
): void {
  const quoted = errorVersion === undefined ? undefined : readQuotedPacket(context.bytes, body, errorVersion);
  if (quoted !== undefined) layer.quoted = quoted;
  context.add(layer);
  if (errorVersion === undefined) context.data(body);
  else decodeQuote(context, body, errorVersion);
}

function decodeQuote<Layer extends AnyLayer>(
  context: DecodeContext<Layer | QuoteLayer>,
  body: Region,
  version: 4 | 6,
): void {
  const { start, end } = body;
  context.add({ kind: 'quote', start, headerLength: 0 });
  // The quoted header holds the length of its packet; a shorter quote does not make the packet malformed.
  const wireEnd = Math.max(end, start + quotedLength(context.bytes, body, version));
  context.decode('etherType', version === 4 ? EtherType.ipv4 : EtherType.ipv6, { start, end, wireEnd });
}

function quotedLength(bytes: Uint8Array, { start, end }: Region, version: 4 | 6): number {
  if (version === 4) return start + IPV4_HEADER_LENGTH <= end ? readU16(bytes, start + 2) : 0;
  return start + IPV6_HEADER_LENGTH <= end ? IPV6_HEADER_LENGTH + readU16(bytes, start + 4) : 0;
}

/** Reads addresses and port of a quoted packet of the given version, even if its version field differs. */
function readQuotedPacket(bytes: Uint8Array, { start, end }: Region, version: 4 | 6): QuotedPacket | undefined {
  const isIpv4 = version === 4;
  if (end - start < (isIpv4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH)) return undefined;
  const source = isIpv4 ? formatIpv4(bytes, start + 12) : formatIpv6(bytes, start + 8);
  const destination = isIpv4 ? formatIpv4(bytes, start + 16) : formatIpv6(bytes, start + 24);
  const packet = { version, source, destination, protocol: readU8(bytes, start + (isIpv4 ? 9 : 6)) };
  if (!quote.wrap(bytes, start, end) || quote.version !== version) return packet;
  const { protocol, transportAt } = quote;
  if (quote.isLaterFragment || transportAt + 4 > end) return { ...packet, protocol };
  return { ...packet, protocol, destinationPort: readU16(bytes, transportAt + 2) };
}
