/** What is suspicious in a cache of neighbours. @module */
import type { NetworkInterface } from './interface.ts';
import type { NeighbourEntry } from './neighbour-entry.ts';
import type { RouteEntry } from './routes.ts';

/**
 * - `multicast-mac`: a unicast address has a multicast or broadcast MAC address, as some clusters announce (RFC 1812,
 *   3.3.2, forbids to believe it).
 * - `duplicate-mac`: several IPv4 addresses of a link have one MAC address: a host with several addresses, proxy ARP, or
 *   an attack.
 * - `own-mac`: a neighbour has the MAC address of an interface of this host: a loop, or a cloned address.
 * - `gateway-unreachable`: the gateway of a default route does not answer. Normal for about three seconds after a flush.
 */
export interface NeighbourFinding {
  readonly kind: 'multicast-mac' | 'duplicate-mac' | 'own-mac' | 'gateway-unreachable';
  /** Hostile text. */
  readonly interface: string;
  readonly addresses: readonly string[];
  readonly mac: string | undefined;
}

/**
 * Examines the entries of one cache.
 * @param defaultRoutes routes of the same family; others are ignored
 */
export function examineNeighbours(
  entries: readonly NeighbourEntry[],
  interfaces: readonly Pick<NetworkInterface, 'mac'>[],
  routes: readonly RouteEntry[],
): NeighbourFinding[] {
  const own = new Set(interfaces.flatMap(({ mac }) => (mac === undefined || mac === NO_MAC ? [] : mac)));
  const findings: NeighbourFinding[] = [];
  const gateways = gatewaysOf(routes);
  for (const entry of entries) {
    const { mac, address, state } = entry;
    const finding = { interface: entry.interface, addresses: [address], mac };
    if (mac !== undefined && isMulticast(mac)) findings.push({ kind: 'multicast-mac', ...finding });
    if (mac !== undefined && own.has(mac)) findings.push({ kind: 'own-mac', ...finding });
    if ((state === 'failed' || state === 'incomplete') && gateways.has(`${address}%${entry.interfaceIndex}`)) {
      findings.push({ kind: 'gateway-unreachable', ...finding });
    }
  }
  return [...findings, ...duplicates(entries)];
}

const NO_MAC = '00:00:00:00:00:00';

/** The lowest bit of the first octet is set (IEEE 802, "group address"). */
function isMulticast(mac: string): boolean {
  return mac.length === NO_MAC.length && (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

function gatewaysOf(routes: readonly RouteEntry[]): ReadonlySet<string> {
  const hops = routes.flatMap(({ prefixLength, type, nextHops }) =>
    prefixLength === 0 && type === 'unicast' ? nextHops : [],
  );
  return new Set(hops.map(({ gateway, interfaceIndex }) => `${gateway}%${interfaceIndex}`));
}

/** An IPv6 host has several addresses as a rule (RFC 4291, 2.8), so only IPv4 counts. */
function duplicates(entries: readonly NeighbourEntry[]): NeighbourFinding[] {
  const first = new Map<string, NeighbourEntry>();
  const repeated = new Map<string, NeighbourEntry[]>();
  for (const entry of entries) {
    const { mac, family, state } = entry;
    if (family !== 4 || mac === undefined || state === 'failed') continue;
    const other = first.get(mac);
    if (other === undefined) first.set(mac, entry);
    else if (repeated.get(mac)?.push(entry) === undefined) repeated.set(mac, [other, entry]);
  }
  return [...repeated.values()].flatMap(onOneLink);
}

/** Entries of one MAC address, by interface: a host may be connected to several. */
function onOneLink(same: readonly NeighbourEntry[]): NeighbourFinding[] {
  const names = new Set(same.map((entry) => entry.interface));
  return [...names].flatMap((name) => {
    const here = same.filter((entry) => entry.interface === name);
    const addresses = here.map(({ address }) => address);
    return here.length < 2 ? [] : { kind: 'duplicate-mac', interface: name, addresses, mac: here[0]?.mac };
  });
}
