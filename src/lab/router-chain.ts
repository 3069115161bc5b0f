/**
 * A lab for path tracing: a chain of routers with parallel paths, a small MTU and networks that are dropped. @module
 */
import type { EndPlan, HostPlan, LabPlan, RoutePlan, WirePlan } from './plan.ts';

export interface RouterChainOptions {
  /** Routers on each path, 2 to 60; default 3. */
  readonly routers?: number;
  /** Paths of equal cost from the first router to the last, 1 to 8; default 1. */
  readonly ways?: number;
  /** MTU of the wire to the target; default 1500. */
  readonly lastMtu?: number;
}

/** Addresses of the two hosts. */
export const CHAIN_SOURCE = { ipv4: '10.1.1.1', ipv6: 'fd00:1:1::1' } as const;
export const CHAIN_TARGET = { ipv4: '10.1.2.2', ipv6: 'fd00:1:2::2' } as const;

/**
 * Networks that the last router drops, by the kind of drop. For IPv4 the kernel answers five packets per source and
 * then one per second (net.ipv4.route.error_burst and error_cost, shared by all namespaces).
 */
export const CHAIN_DROPS = {
  blackhole: { ipv4: '10.66.1.0/24', ipv6: 'fd00:66:1::/64' },
  unreachable: { ipv4: '10.66.2.0/24', ipv6: 'fd00:66:2::/64' },
  prohibit: { ipv4: '10.66.3.0/24', ipv6: 'fd00:66:3::/64' },
} as const;

// The wires of a path are /30 networks of one /24, numbered by the router at their right end.
const MAX_ROUTERS = 60;
const MAX_WAYS = 8;

const SOURCE_NETWORK = { ipv4: '10.1.1.0/24', ipv6: 'fd00:1:1::/64' };
const FIRST_GATEWAY = { ipv4: '10.1.1.254', ipv6: 'fd00:1:1::fe' };
const LAST_GATEWAY = { ipv4: '10.1.2.254', ipv6: 'fd00:1:2::fe' };

interface Pair {
  readonly ipv4: string;
  readonly ipv6: string;
}

/**
 * `source`, `router1` to `routerN` and `target` in a row. Interfaces towards the source are called `left`, the others
 * `right`. With several paths, the routers between the first and the last exist once per path (`router2-1`,
 * `router2-2`), the interfaces of the first router are `right-1`, `right-2`, those of the last `left-1`, `left-2`, and
 * both balance flows over them.
 *
 * The wire that ends at router K of path W has 10.0.W.(4K+1) and fd00:0:W:K::1 at its left end, 10.0.W.(4K+2) and
 * fd00:0:W:K::2 at its right; K in IPv6 addresses is hexadecimal.
 *
 * @throws RangeError for numbers outside their ranges
 */
export function routerChain(options: RouterChainOptions = {}): LabPlan {
  const { routers = 3, ways = 1, lastMtu = 1500 } = options;
  if (!isBetween(routers, ways > 1 ? 3 : 2, MAX_ROUTERS)) throw new RangeError(`${routers} routers`);
  if (!isBetween(ways, 1, MAX_WAYS)) throw new RangeError(`${ways} ways`);
  const chain = { routers, ways };
  return {
    hosts: [
      { name: 'source', routes: defaultRoutes([FIRST_GATEWAY]) },
      ...routersOf(chain),
      { name: 'target', routes: defaultRoutes([LAST_GATEWAY]) },
    ],
    wires: [
      wire(end('source', 'right', CHAIN_SOURCE, [24, 64]), end(nameOf(chain, 1, 1), 'left', FIRST_GATEWAY, [24, 64])),
      ...wiresBetween(chain),
      {
        mtu: lastMtu,
        ...wire(
          end(nameOf(chain, routers, 1), 'right', LAST_GATEWAY, [24, 64]),
          end('target', 'left', CHAIN_TARGET, [24, 64]),
        ),
      },
    ],
  };
}

interface Chain {
  readonly routers: number;
  readonly ways: number;
}

function routersOf(chain: Chain): HostPlan[] {
  const hosts: HostPlan[] = [];
  for (let hop = 1; hop <= chain.routers; hop += 1) {
    const isLast = hop === chain.routers;
    for (const way of waysAt(chain, hop)) {
      // The first and the last router have all paths, those in between only their own.
      const ways = hop === 1 || isLast ? allWays(chain) : [way];
      const back = routesTo(SOURCE_NETWORK, hop === 1 ? [] : ways.map((each) => leftEnd(hop, each)));
      const onward = isLast ? dropRoutes() : defaultRoutes(ways.map((each) => rightEnd(hop + 1, each)));
      hosts.push({ name: nameOf(chain, hop, way), forwarding: true, routes: [...back, ...onward] });
    }
  }
  return hosts;
}

function wiresBetween(chain: Chain): WirePlan[] {
  const wires: WirePlan[] = [];
  for (let hop = 2; hop <= chain.routers; hop += 1) {
    for (const way of allWays(chain)) {
      const [leftSuffix, rightSuffix] = [hop - 1 === 1, hop === chain.routers].map((isShared) =>
        isShared && chain.ways > 1 ? `-${way}` : '',
      );
      wires.push(
        wire(
          end(nameOf(chain, hop - 1, way), `right${leftSuffix}`, leftEnd(hop, way), [30, 64]),
          end(nameOf(chain, hop, way), `left${rightSuffix}`, rightEnd(hop, way), [30, 64]),
        ),
      );
    }
  }
  return wires;
}

function allWays(chain: Chain): number[] {
  return Array.from({ length: chain.ways }, (_, index) => index + 1);
}

function waysAt(chain: Chain, hop: number): number[] {
  return hop === 1 || hop === chain.routers ? [1] : allWays(chain);
}

function nameOf(chain: Chain, hop: number, way: number): string {
  return waysAt(chain, hop).length === 1 ? `router${hop}` : `router${hop}-${way}`;
}

/** The left end of the wire whose right end is router `hop`. */
function leftEnd(hop: number, way: number): Pair {
  return { ipv4: `10.0.${way}.${4 * hop + 1}`, ipv6: `fd00:0:${way}:${hop.toString(16)}::1` };
}

function rightEnd(hop: number, way: number): Pair {
  return { ipv4: `10.0.${way}.${4 * hop + 2}`, ipv6: `fd00:0:${way}:${hop.toString(16)}::2` };
}

function routesTo(network: Pair, gateways: readonly Pair[]): RoutePlan[] {
  if (gateways.length === 0) return [];
  return [
    { to: network.ipv4, via: gateways.map(({ ipv4 }) => ipv4) },
    { to: network.ipv6, via: gateways.map(({ ipv6 }) => ipv6) },
  ];
}

function defaultRoutes(gateways: readonly Pair[]): RoutePlan[] {
  return routesTo({ ipv4: '0.0.0.0/0', ipv6: '::/0' }, gateways);
}

function dropRoutes(): RoutePlan[] {
  return (['blackhole', 'unreachable', 'prohibit'] as const).flatMap((drop) => [
    { to: CHAIN_DROPS[drop].ipv4, drop },
    { to: CHAIN_DROPS[drop].ipv6, drop },
  ]);
}

function wire(left: EndPlan, right: EndPlan): WirePlan {
  return { ends: [left, right] };
}

function end(host: string, name: string, { ipv4, ipv6 }: Pair, lengths: readonly [number, number]): EndPlan {
  return { host, interface: name, addresses: [`${ipv4}/${lengths[0]}`, `${ipv6}/${lengths[1]}`] };
}

function isBetween(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
