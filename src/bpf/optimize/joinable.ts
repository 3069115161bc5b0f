/** Whether it may pay to let IPv4 and IPv6 meet before the tests of what they carry. @module */
import type { JoinPlace } from '../compile/context.ts';
import type { Value } from '../compile/value.ts';
import { traitsOf } from '../compile/value-traits.ts';
import type { Node } from './graph.ts';

/** Filters with more such tests have most of them on one path already, where joining makes it longer. */
const MAX_PLACES = 4;

/** Whether both families of some place are still looked at in the optimised graph; of a tunnel, either. */
export function mayJoin(nodes: readonly Node[], places: readonly JoinPlace[]): boolean {
  if (places.length > MAX_PLACES) return false;
  return places.some(({ ipv4, ipv6, tunnel }) => {
    const hasIpv4 = isLoaded(nodes, ipv4);
    const hasIpv6 = isLoaded(nodes, ipv6);
    return tunnel ? hasIpv4 || hasIpv6 : hasIpv4 && hasIpv6;
  });
}

/** Whether any of the bytes of `word` is part of a test. */
function isLoaded(nodes: readonly Node[], word: Value): boolean {
  const own = traitsOf(word).loads.at(-1);
  if (own === undefined) return false;
  return nodes.some(
    (node) =>
      node.kind === 'test' &&
      traitsOf(node.value).loads.some(({ base, end }) => base === own.base && end <= own.end && end > own.end - 4),
  );
}
