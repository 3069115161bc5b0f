/** What the decoders of IP, its extension headers and its tunnels share. @module */
import type { LayerPlace } from './layer.ts';
import type { DecodeContext } from './protocol.ts';
import type { Region } from './region.ts';

/** An IP header that cannot be decoded; `reason` names the field that is wrong. */
export interface BadIpLayer extends LayerPlace {
  readonly kind: 'bad-ip';
  /** The version that the layer below announced. */
  readonly version: 4 | 6;
  readonly reason: 'version' | 'header length' | 'total length';
  readonly value: number;
}

/** An IPv4 option, or an option of an IPv6 extension header; `data` in hexadecimal. */
export interface IpOption {
  readonly type: number;
  readonly data: string;
}

/** Adds the mark of a header that cannot be decoded. */
export function addBadIp(
  context: DecodeContext<BadIpLayer>,
  region: Region,
  version: 4 | 6,
  reason: BadIpLayer['reason'],
  value: number,
): void {
  context.add({ kind: 'bad-ip', start: region.start, headerLength: 0, version, reason, value });
}

/** Decodes a payload of the innermost IP packet by its protocol number. */
export function decodeIpPayload(context: DecodeContext, region: Region, protocol: number): void {
  context.decode(context.network?.version === 6 ? 'ipv6Protocol' : 'ipv4Protocol', protocol, region);
}
