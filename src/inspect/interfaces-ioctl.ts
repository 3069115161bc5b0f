/** Lists interfaces from /proc and ioctl, for sandboxes that forbid netlink. @module */
import { readFileSync } from 'node:fs';
import { formatIpv4, formatIpv6, formatMac } from '../base/address.ts';
import { readU8, readU16le, readU32le } from '../base/bytes.ts';
import { linkTypeName } from '../base/link-type.ts';
import { captureLinkType } from '../capture/index.ts';
import { InterfaceIoctl, InterfaceRequest, REQUEST_UNION } from '../sys/interface-request.ts';
import { type AddressOfInterface, flagNames, type NetworkInterface, scopeOf, stateOf } from './interface.ts';
import { readIfThere } from './read-if-there.ts';

/** `/proc/net` belongs to the main thread; this path follows the namespace of the calling thread. */
const PROC = '/proc/thread-self/net';

/** Offset of the address in a `struct sockaddr_in`, and in a `struct sockaddr` of a link address. */
const SOCKADDR_IN_ADDRESS = REQUEST_UNION + 4;
const SOCKADDR_DATA = REQUEST_UNION + 2;

const HARDWARE_WITH_MAC: ReadonlySet<number> = new Set([1, 772]); // ARPHRD_ETHER, ARPHRD_LOOPBACK
/** IFA_F_TENTATIVE and IFA_F_DADFAILED. */
const NOT_USABLE = 0x48;

/** Lists the interfaces by index. @throws SystemError of node:fs if /proc is missing */
export function listInterfacesByIoctl(): NetworkInterface[] {
  const ipv6 = readIpv6Addresses();
  using request = new InterfaceRequest();
  return interfaceNames()
    .flatMap((name) => describe(request, name, ipv6.get(name) ?? []) ?? [])
    .sort((left, right) => left.index - right.index);
}

/** Interface names of /proc/net/dev: the text before the colons, after two header lines. */
function interfaceNames(): string[] {
  const lines = readFileSync(`${PROC}/dev`, 'utf8').split('\n').slice(2);
  return lines.flatMap((line) => (line.includes(':') ? line.slice(0, line.lastIndexOf(':')).trim() : []));
}

/** Undefined if the interface has disappeared. */
function describe(
  request: InterfaceRequest,
  name: string,
  ipv6: readonly AddressOfInterface[],
): NetworkInterface | undefined {
  const { bytes } = request;
  if (!request.ask(InterfaceIoctl.getIndex, name)) return undefined;
  const index = readU32le(bytes, REQUEST_UNION);
  // `ifr_flags` is a short, too small for IFF_LOWER_UP.
  const flags = request.ask(InterfaceIoctl.getFlags, name) ? readU16le(bytes, REQUEST_UNION) : 0;
  const mtu = request.ask(InterfaceIoctl.getMtu, name) ? readU32le(bytes, REQUEST_UNION) : 0;
  const hasHardware = request.ask(InterfaceIoctl.getHardwareAddress, name);
  const hardwareType = hasHardware ? readU16le(bytes, REQUEST_UNION) : 0;
  const mac = HARDWARE_WITH_MAC.has(hardwareType) ? formatMac(bytes, SOCKADDR_DATA) : undefined;
  const { linkType } = captureLinkType(hardwareType);
  const state = stateOf(flags);
  return {
    name,
    index,
    state,
    flags: flagNames(flags),
    operationalState: 'unknown',
    carrier: state === 'down' ? undefined : state === 'up',
    mac,
    mtu,
    hardwareType,
    linkType,
    linkTypeName: linkTypeName(linkType),
    kind: undefined,
    parent: undefined,
    master: undefined,
    vlanId: undefined,
    addresses: [...ipv4AddressesOf(request, name), ...ipv6],
  };
}

function ipv4AddressesOf(request: InterfaceRequest, name: string): AddressOfInterface[] {
  const { bytes } = request;
  if (!request.ask(InterfaceIoctl.getAddress, name)) return [];
  const address = formatIpv4(bytes, SOCKADDR_IN_ADDRESS);
  const scope = readU8(bytes, SOCKADDR_IN_ADDRESS) === 127 ? 'host' : 'global';
  const prefixLength = request.ask(InterfaceIoctl.getNetmask, name) ? countOnes(bytes, SOCKADDR_IN_ADDRESS) : 32;
  return [{ address, prefixLength, family: 4, scope, tentative: false }];
}

function countOnes(bytes: Uint8Array, at: number): number {
  let ones = 0;
  for (let index = 0; index < 4; index += 1) {
    for (let octet = readU8(bytes, at + index); octet !== 0; octet &= octet - 1) ones += 1;
  }
  return ones;
}

/** Lines of address, index, prefix length, scope, flags (all hexadecimal), name. */
const IPV6_LINE = /^([0-9a-f]{32}) [0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) +(.+)$/;

function readIpv6Addresses(): Map<string, AddressOfInterface[]> {
  const byName = new Map<string, AddressOfInterface[]>();
  // A kernel without IPv6 has no such file.
  for (const line of (readIfThere(`${PROC}/if_inet6`) ?? '').split('\n')) {
    const [, digits = '', prefixLength = '', scope = '', flags = '', name = ''] = IPV6_LINE.exec(line) ?? [];
    if (name === '') continue;
    const addresses = byName.get(name) ?? [];
    byName.set(name, addresses);
    addresses.push({
      address: formatIpv6(Uint8Array.from(Buffer.from(digits, 'hex'))),
      prefixLength: Number.parseInt(prefixLength, 16),
      family: 6,
      scope: scopeOf(ROUTE_SCOPES[scope] ?? 0),
      tentative: (Number.parseInt(flags, 16) & NOT_USABLE) !== 0,
    });
  }
  return byName;
}

/** IPV6_ADDR_LOOPBACK and IPV6_ADDR_LINKLOCAL of net/ipv6.h, as RT_SCOPE_*. */
const ROUTE_SCOPES: Readonly<Record<string, number>> = { '10': 254, '20': 253 };
