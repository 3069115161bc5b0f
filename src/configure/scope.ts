/** The interfaces that a change of one interface can affect. @module */
import { noInterface } from '../inspect/index.ts';
import { decodeLink, dumpLinks, type Link, type NetlinkConnection } from '../netlink/index.ts';

/** @throws NetlinkError */
export async function readLinks(netlink: NetlinkConnection): Promise<readonly Link[]> {
  const { messages } = await netlink.dump(dumpLinks(), { wanted: 'list interfaces' });
  return messages.flatMap((message) => decodeLink(message) ?? []);
}

/** @throws StackError `NO_INTERFACE` */
export function findLink(links: readonly Link[], name: string): Link {
  const found = links.find((link) => link.name === name);
  if (found !== undefined) return found;
  throw noInterface(name);
}

/** Returns the interfaces on top of this one: VLANs and other interfaces that use it, at any depth. */
export function dependantsOf(links: readonly Link[], root: Link): readonly Link[] {
  const found = new Set<Link>();
  const visit = (lower: Link): void => {
    for (const link of links) {
      if (link === root || found.has(link) || !isUpperOf(link, lower)) continue;
      found.add(link);
      visit(link);
    }
  };
  visit(root);
  return [...found];
}

/** Returns the interfaces below this one: parents of VLANs and ports of bridges, at any depth. */
export function lowersOf(links: readonly Link[], root: Link): readonly Link[] {
  return links.filter((link) => link !== root && dependantsOf(links, link).includes(root));
}

/** A VLAN uses its parent, a bridge or bond its ports. The peer of a veth pair is no parent. */
function isUpperOf(link: Link, lower: Link): boolean {
  if (lower.masterIndex === link.index) return true;
  return link.kind !== 'veth' && link.parentNamespace === undefined && link.parentIndex === lower.index;
}
