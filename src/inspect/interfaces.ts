/** Lists the network interfaces of the host through netlink. @module */
import { formatIpv4, formatIpv6, formatMac } from '../base/address.ts';
import { StackError } from '../base/errors.ts';
import { linkTypeName } from '../base/link-type.ts';
import { captureLinkType } from '../capture/index.ts';
import {
  AddressFlag,
  connectNetlink,
  decodeAddress,
  decodeLink,
  dumpAddresses,
  dumpLinks,
  getLink,
  type InterfaceAddress,
  type Link,
  type NetlinkConnection,
  NetlinkError,
} from '../netlink/index.ts';
import { type AddressOfInterface, flagNames, type NetworkInterface, scopeOf, stateOf } from './interface.ts';
import { listInterfacesByIoctl } from './interfaces-ioctl.ts';

export interface ListOptions {
  /** A connection to the namespace; default: that of the calling thread. Not closed. */
  readonly netlink?: NetlinkConnection;
}

/**
 * Lists the interfaces by index, without privileges, through netlink. Where a sandbox forbids netlink, /proc and ioctl
 * give less: no kinds, no parents, and one IPv4 address per interface.
 * @throws StackError if neither is available
 */
export async function listInterfaces(options: ListOptions = {}): Promise<readonly NetworkInterface[]> {
  if (options.netlink !== undefined) return listByNetlink(options.netlink);
  try {
    await using netlink = connectNetlink();
    return await listByNetlink(netlink);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return listInterfacesByIoctl();
  }
}

async function listByNetlink(netlink: NetlinkConnection): Promise<NetworkInterface[]> {
  return describeLinks(await dumpLinksOf(netlink, false), await dumpAddressesOf(netlink));
}

/** Dumps the links of the namespace, by index. */
export async function dumpLinksOf(netlink: NetlinkConnection, withStatistics: boolean): Promise<Link[]> {
  const { messages } = await netlink.dump(dumpLinks(withStatistics), { wanted: 'list interfaces' });
  const links = messages.flatMap((message) => decodeLink(message) ?? []);
  return links.sort((left, right) => left.index - right.index);
}

/** Dumps the addresses of the namespace. */
export async function dumpAddressesOf(netlink: NetlinkConnection): Promise<InterfaceAddress[]> {
  const { messages } = await netlink.dump(dumpAddresses(), { wanted: 'list addresses' });
  return messages.flatMap((message) => decodeAddress(message) ?? []);
}

/** Returns the interfaces of `links`, in their order. */
export function describeLinks(links: readonly Link[], addresses: readonly InterfaceAddress[]): NetworkInterface[] {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  const byIndex = new Map<number, InterfaceAddress[]>();
  for (const address of addresses) {
    const others = byIndex.get(address.interfaceIndex);
    if (others === undefined) byIndex.set(address.interfaceIndex, [address]);
    else others.push(address);
  }
  return links.map((link) => describe(link, byIndex.get(link.index) ?? [], names));
}

function describe(
  link: Link,
  addresses: readonly InterfaceAddress[],
  names: ReadonlyMap<number, string>,
): NetworkInterface {
  const { index, name, flags, address, hardwareType, operationalState, carrier } = link;
  const { linkType } = captureLinkType(hardwareType);
  return {
    name,
    index,
    state: stateOf(flags),
    flags: flagNames(flags),
    operationalState,
    carrier,
    mac: address.length === 0 ? undefined : formatMac(address, 0, address.length),
    mtu: link.mtu ?? 0,
    hardwareType,
    linkType,
    linkTypeName: linkTypeName(linkType),
    kind: link.kind,
    parent: link.parentNamespace === undefined ? nameOf(link.parentIndex, names) : undefined,
    master: nameOf(link.masterIndex, names),
    vlanId: link.vlan?.id,
    addresses: addresses.map(describeAddress),
  };
}

function nameOf(index: number | undefined, names: ReadonlyMap<number, string>): string | undefined {
  return index === undefined ? undefined : names.get(index);
}

function describeAddress({ address, prefixLength, scope, flags }: InterfaceAddress): AddressOfInterface {
  const isIpv4 = address.length === 4;
  return {
    address: isIpv4 ? formatIpv4(address) : formatIpv6(address),
    prefixLength,
    family: isIpv4 ? 4 : 6,
    scope: scopeOf(scope),
    tentative: !isIpv4 && (flags & (AddressFlag.tentative | AddressFlag.dadFailed)) !== 0,
  };
}

/** Returns the index of an interface. @throws StackError `NO_INTERFACE` if there is none of this name; NetlinkError */
export async function findInterfaceIndex(netlink: NetlinkConnection, name: string): Promise<number> {
  try {
    for await (const message of netlink.request(getLink(name), { wanted: `find the interface ${name}` })) {
      const link = decodeLink(message);
      if (link !== undefined) return link.index;
    }
  } catch (error) {
    // EINVAL and ERANGE: no interface can have this name.
    const isMissing = error instanceof NetlinkError && /^(ENODEV|EINVAL|ERANGE)$/.test(error.errorName);
    if (!isMissing) throw error;
  }
  throw noInterface(name);
}

/** Returns the error for a name that no interface has. */
export function noInterface(name: string): StackError {
  return new StackError(
    'NO_INTERFACE',
    `there is no interface ${JSON.stringify(name)}; \`tapline interfaces\` lists them`,
  );
}
