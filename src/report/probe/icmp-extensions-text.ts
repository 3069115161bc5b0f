/** Formats the ICMP extensions of a hop (RFC 4884). Names come from routers, so they are made printable. @module */

import { printable } from '../../base/text.ts';
import type { ExtensionObject, IcmpExtensions } from '../../wire/icmp-extensions.ts';

const HEX_LIMIT = 32;

/** Returns ` <MPLS:L=24017,E=5,S=0,T=1>` and the like, one per object; empty without objects. */
export function extensionsText(extensions: IcmpExtensions): string {
  if (extensions.checksum === 'bad') return ' <extensions: bad checksum>';
  const texts = extensions.objects.map((object) => ` <${objectText(object)}>`);
  if (extensions.isMalformed) texts.push(' <extensions: malformed>');
  return texts.join('');
}

function objectText(object: ExtensionObject): string {
  if (object.mpls !== undefined) {
    const labels = object.mpls.map(
      ({ label, trafficClass, isBottom, ttl }) => `L=${label},E=${trafficClass},S=${isBottom ? 1 : 0},T=${ttl}`,
    );
    return `MPLS:${labels.join('/')}`;
  }
  if (object.interface !== undefined) {
    const { role, index, address, name, mtu } = object.interface;
    const parts: string[] = [role];
    if (index !== undefined) parts.push(`index=${index}`);
    if (address !== undefined) parts.push(address);
    if (name !== undefined) parts.push(printable(name));
    if (mtu !== undefined) parts.push(`mtu=${mtu}`);
    return `interface:${parts.join(',')}`;
  }
  const hex = [...object.bytes.subarray(0, HEX_LIMIT)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${object.classNumber}/${object.classType}:${hex}`;
}
