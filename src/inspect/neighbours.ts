/** Neighbours of the host: the ARP cache (IPv4) and the NDP cache (IPv6). @module */
import { formatAddress, formatMac } from '../base/address.ts';
import {
  decodeNeighbour,
  dumpNeighbours,
  type Link,
  type Neighbour,
  NeighbourFlag,
  NeighbourState,
  type NetlinkConnection,
} from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import { dumpLinksOf } from './interfaces.ts';
import { vendorOf } from './vendors.ts';

/** Ticks of USER_HZ in a second, on all supported machines. */
const TICKS_PER_SECOND = 100;

/** Name of a `NeighbourState`. */
type NeighbourStateName = keyof typeof NeighbourState;

/** Only JSON types, so that the list can be printed as is. */
export interface NeighbourEntry {
  readonly family: 4 | 6;
  readonly address: string;
  /** Hostile text. */
  readonly interface: string;
  readonly interfaceIndex: number;
  readonly isEthernet: boolean;
  /** Undefined while unresolved. */
  readonly mac: string | undefined;
  /** Undefined if the table of vendors does not have it. */
  readonly vendor: string | undefined;
  readonly state: NeighbourStateName;
  readonly isRouter: boolean;
  /** Learned from a control plane (EVPN, VXLAN), not from the network. */
  readonly isExternLearned: boolean;
  /** Seconds since the neighbour was confirmed to be reachable, since an entry was used, and since it changed. */
  readonly confirmed: number | undefined;
  readonly used: number | undefined;
  readonly updated: number | undefined;
  /** Requests without an answer. */
  readonly probes: number;
}

/**
 * Lists the entries of one cache in the order of the kernel, except those of multicast and loopback (NOARP).
 * @throws NetlinkError
 */
export async function listNeighbours(netlink: NetlinkConnection, family: 4 | 6): Promise<readonly NeighbourEntry[]> {
  const links = new Map((await dumpLinksOf(netlink, false)).map((link) => [link.index, link]));
  const request = dumpNeighbours(family === 4 ? AF_INET : AF_INET6);
  const { messages } = await netlink.dump(request, { wanted: 'list neighbours' });
  return messages.flatMap((message) => {
    const neighbour = decodeNeighbour(message);
    if (neighbour === undefined || neighbour.state === NeighbourState.noArp) return [];
    return describeNeighbour(neighbour, links.get(neighbour.interfaceIndex));
  });
}

const ARPHRD_ETHER = 1;

function describeNeighbour(neighbour: Neighbour, link: Link | undefined): NeighbourEntry {
  const { address, linkAddress, interfaceIndex, state, flags, age, probes } = neighbour;
  const mac = linkAddress === undefined ? undefined : formatMac(linkAddress, 0, linkAddress.length);
  return {
    family: address.length === 4 ? 4 : 6,
    address: formatAddress(address),
    interface: link?.name ?? `link#${interfaceIndex}`,
    interfaceIndex,
    isEthernet: link?.hardwareType === ARPHRD_ETHER,
    mac,
    vendor: mac === undefined ? undefined : vendorOf(mac),
    state: stateName(state),
    isRouter: (flags & NeighbourFlag.router) !== 0,
    isExternLearned: (flags & NeighbourFlag.externLearned) !== 0,
    confirmed: seconds(age?.confirmed),
    used: seconds(age?.used),
    updated: seconds(age?.updated),
    probes: probes ?? 0,
  };
}

const STATE_NAMES = new Map(
  (Object.keys(NeighbourState) as NeighbourStateName[]).map((name) => [NeighbourState[name] as number, name]),
);

function stateName(state: number): NeighbourStateName {
  return STATE_NAMES.get(state) ?? 'none';
}

function seconds(ticks: number | undefined): number | undefined {
  return ticks === undefined ? undefined : ticks / TICKS_PER_SECOND;
}
