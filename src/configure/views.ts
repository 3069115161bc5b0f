/** The settings that `etherconfig` can change, as plain data. Reading them needs no privilege, except where noted. @module */
import { formatMac } from '../base/address.ts';
import { type Link, LinkFlag, type LinkModes, NetlinkError } from '../netlink/index.ts';
import { prefixText, readAddresses } from './edits/address.ts';
import { answeringInterfaces, isServiceAddress } from './edits/loopback.ts';
import { mediaModes, modeText } from './edits/media.ts';
import { mtuRange } from './edits/mtu.ts';
import { vlanProtocolName } from './edits/vlan.ts';
import type { ConfigureHost } from './host.ts';
import { readLinkModes } from './media-access.ts';
import { readMulticastRule } from './multicast-rule.ts';
import { dependantsOf, findLink, readLinks } from './scope.ts';

/** Names of interfaces in all views are hostile text. */
export interface MtuView {
  readonly interface: string;
  readonly mtu: number;
  readonly least: number;
  readonly most: number;
}

export interface MediaView {
  readonly interface: string;
  readonly mac: string | undefined;
  readonly hasLink: boolean;
  /** Undefined if the driver has no media settings. */
  readonly modes: LinkModes | undefined;
  /** Forced modes that the driver supports, `100/full`. */
  readonly choices: readonly string[];
}

export interface VlanView {
  readonly interface: string;
  readonly id: number;
  readonly protocol: string;
  readonly parent: string;
  readonly mtu: number;
  readonly addresses: readonly string[];
  /** Interfaces on top of it. */
  readonly dependants: readonly string[];
}

export interface LoopbackView {
  /** Service addresses of `lo`. */
  readonly addresses: readonly string[];
  /** Interfaces that would answer ARP requests for them. */
  readonly answering: readonly string[];
}

export interface MulticastView {
  /** Undefined if it is unknown, because reading packet filter rules needs CAP_NET_ADMIN. */
  readonly policy: 'accept' | 'reject' | undefined;
  /** ARP packets that were rejected. */
  readonly rejected: number;
}

/** @throws StackError `NO_INTERFACE` */
export async function viewMtu(host: ConfigureHost, name?: string): Promise<readonly MtuView[]> {
  const links = chosen(await readLinks(host.netlink), name);
  return links.map((link) => ({ interface: link.name, mtu: link.mtu ?? 0, ...mtuRange(link) }));
}

/** Shows Ethernet interfaces. @throws StackError `NO_INTERFACE` */
export async function viewMedia(host: ConfigureHost, name?: string): Promise<readonly MediaView[]> {
  const links = chosen(await readLinks(host.netlink), name).filter(
    ({ flags }) => name !== undefined || (flags & LinkFlag.loopback) === 0,
  );
  const views: MediaView[] = [];
  for (const link of links) {
    const modes = await readLinkModes(host, link.index);
    views.push({
      interface: link.name,
      mac: link.address.length === 0 ? undefined : formatMac(link.address, 0, link.address.length),
      hasLink: link.carrier === true,
      modes,
      choices: modes === undefined ? [] : mediaModes(modes).map(modeText),
    });
  }
  return views;
}

export async function viewVlans(host: ConfigureHost): Promise<readonly VlanView[]> {
  const links = await readLinks(host.netlink);
  const addresses = await readAddresses(host);
  return links.flatMap((link) => {
    if (link.vlan === undefined) return [];
    const parent = links.find(({ index }) => index === link.parentIndex);
    return {
      interface: link.name,
      id: link.vlan.id,
      protocol: vlanProtocolName(link.vlan.protocol),
      parent: parent?.name ?? '?',
      mtu: link.mtu ?? 0,
      addresses: addresses.filter(({ interfaceIndex }) => interfaceIndex === link.index).map(prefixText),
      dependants: dependantsOf(links, link).map((one) => one.name),
    };
  });
}

export async function viewLoopback(host: ConfigureHost): Promise<LoopbackView> {
  const links = await readLinks(host.netlink);
  const loopback = links.find(({ flags }) => (flags & LinkFlag.loopback) !== 0);
  const all = await readAddresses(host);
  const services = all.filter((one) => one.interfaceIndex === loopback?.index && isServiceAddress(one));
  return { addresses: services.map(prefixText), answering: answeringInterfaces(host.settings, links) };
}

export async function viewMulticast(host: ConfigureHost): Promise<MulticastView> {
  try {
    const rule = await readMulticastRule(host);
    return { policy: rule === undefined ? 'accept' : 'reject', rejected: rule?.rejected ?? 0 };
  } catch (error) {
    if (error instanceof NetlinkError && error.errorName === 'EPERM') return { policy: undefined, rejected: 0 };
    throw error;
  }
}

function chosen(links: readonly Link[], name: string | undefined): readonly Link[] {
  return name === undefined ? links : [findLink(links, name)];
}
