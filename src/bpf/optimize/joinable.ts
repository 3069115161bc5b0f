/**
 * Decides whether joining the paths of IPv4 and IPv6 before the tests of their payload may shorten a program. @module
 */
import type { JoinPlace } from '../compile/context.ts';
import type { Value } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import type { Node } from './graph.ts';

/** Filters with more such tests have most of them on one path already, where joining makes the program longer. */
const MAX_PLACES = 4;

/** Returns whether the optimised graph still tests both families of some place; of a tunnel, either of them. */
export function mayJoin(nodes: readonly Node[], places: readonly JoinPlace[]): boolean {
  if (places.length > MAX_PLACES) return false;
  return places.some(({ ipv4, ipv6, tunnel }) => {
    const hasIpv4 = isLoaded(nodes, ipv4);
    const hasIpv6 = isLoaded(nodes, ipv6);
    return tunnel ? hasIpv4 || hasIpv6 : hasIpv4 && hasIpv6;
  });
}

/** Returns whether a test reads any of the bytes of `word`. */
function isLoaded(nodes: readonly Node[], word: Value): boolean {
  const own = traitsOf(word).loads.at(-1);
  if (own === undefined) return false;
  return nodes.some(
    (node) =>
      node.kind === 'test' &&
      traitsOf(node.value).loads.some(({ base, end }) => base === own.base && end <= own.end && end > own.end - 4),
  );
}
