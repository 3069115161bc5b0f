/** MPLS label stacks (RFC 3032) and PPPoE (RFC 2516). @module */
import { readU8, readU16, readU32 } from '../base/bytes.ts';
import { dissectIpv4, dissectIpv6 } from './internet.ts';
import { after, type LayerList, type Region } from './region.ts';

const MPLS_ENTRY_LENGTH = 4;
/** Labels that say what is below the stack (RFC 3032, 2.1). */
const IPV4_EXPLICIT_NULL = 0;
const IPV6_EXPLICIT_NULL = 2;

/** A label stack; what follows is recognised by its first half byte, as routers do it. */
export function dissectMpls(list: LayerList, region: Region): void {
  let rest = region;
  for (let isTop = true; ; isTop = false) {
    if (rest.end - rest.start < MPLS_ENTRY_LENGTH) {
      list.truncated('mpls', rest);
      return;
    }
    const entry = readU32(list.bytes, rest.start);
    const label = entry >>> 12;
    const isBottom = (entry & 0x100) !== 0;
    const fields = { label, trafficClass: (entry >>> 9) & 7, isBottom, timeToLive: entry & 0xff, isTop };
    if (!list.add({ kind: 'mpls', start: rest.start, headerLength: MPLS_ENTRY_LENGTH, ...fields })) return;
    rest = after(rest, rest.start + MPLS_ENTRY_LENGTH);
    if (!isBottom) continue;
    const version = rest.end > rest.start ? readU8(list.bytes, rest.start) >>> 4 : 0;
    if (version === 4 && label !== IPV6_EXPLICIT_NULL) dissectIpv4(list, rest);
    else if (version === 6 && label !== IPV4_EXPLICIT_NULL) dissectIpv6(list, rest);
    else list.data(rest);
    return;
  }
}

const PPPOE_LENGTH = 6;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;

/** A packet of a session, or of its making. */
export function dissectPppoe(list: LayerList, region: Region, isSession: boolean): void {
  const { bytes } = list;
  const { start, end } = region;
  if (end - start < PPPOE_LENGTH) {
    list.truncated('pppoe', region);
    return;
  }
  const code = readU8(bytes, start + 1);
  const fields = { isSession, code, session: readU16(bytes, start + 2), length: readU16(bytes, start + 4) };
  const whole = after(region, start + PPPOE_LENGTH);
  const wireEnd = Math.min(whole.wireEnd, whole.start + fields.length); // what is behind it is the link's padding
  const body = { start: whole.start, end: Math.min(whole.end, wireEnd), wireEnd };
  if (!isSession || code !== 0) {
    list.add({ kind: 'pppoe', start, headerLength: PPPOE_LENGTH, ...fields });
    list.data(body);
    return;
  }
  if (body.end - body.start < 2) {
    list.add({ kind: 'pppoe', start, headerLength: PPPOE_LENGTH, ...fields });
    list.truncated('ppp', body);
    return;
  }
  const protocol = readU16(bytes, body.start);
  if (!list.add({ kind: 'pppoe', start, headerLength: PPPOE_LENGTH + 2, ...fields, protocol })) return;
  const payload = after(body, body.start + 2);
  if (protocol === PPP_IPV4) dissectIpv4(list, payload);
  else if (protocol === PPP_IPV6) dissectIpv6(list, payload);
  else if (protocol === PPP_MPLS) dissectMpls(list, payload);
  else list.unknown(payload, 'ppp', protocol);
}
