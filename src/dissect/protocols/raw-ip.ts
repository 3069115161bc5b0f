/** Raw IP (LINKTYPE_RAW): the first half byte tells the version. @module */
import { readU8 } from '../../base/bytes.ts';
import { LinkType } from '../../base/link-type.ts';
import { EtherType } from '../../base/protocol-numbers.ts';
import { addBadIp, type BadIpLayer } from '../ip.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import type { Region } from '../region.ts';

export const rawIp: Protocol<BadIpLayer> = {
  numbers: { linkType: [LinkType.raw] },
  decode: decodeRawIp,
};

function decodeRawIp(context: DecodeContext<BadIpLayer>, region: Region): void {
  if (region.end <= region.start) {
    context.truncated('ip', region);
    return;
  }
  const version = readU8(context.bytes, region.start) >>> 4;
  if (version === 4) context.decode('etherType', EtherType.ipv4, region);
  else if (version === 6) context.decode('etherType', EtherType.ipv6, region);
  else addBadIp(context, region, 4, 'version', version);
}
