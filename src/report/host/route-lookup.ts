/** The route to a destination, as FreeBSD `route get` prints it. @module */
import { printable } from '../../base/text.ts';
import type { RouteLookupResult } from '../../inspect/index.ts';

/** Formats a line per property, with its name right-aligned. */
export function formatRouteLookup({ to, route, entry }: RouteLookupResult): string {
  const [hop] = route.nextHops;
  const match = entry ?? route;
  const lines: readonly (readonly [name: string, value: string | number | undefined])[] = [
    ['route to', to],
    ['destination', entry && (entry.prefixLength === 0 ? 'default' : `${entry.destination}/${entry.prefixLength}`)],
    ['gateway', hop?.gateway],
    ['interface', hop?.interface],
    ['source', route.source],
    ['type', route.type],
    ['table', match.tableName],
    ['origin', match.protocol],
    ['metric', match.metric],
    ['mtu', route.mtu],
    ['expires', route.expires === undefined ? undefined : `${Math.floor(route.expires)} s`],
  ];
  return lines
    .flatMap(([name, value]) => (value === undefined ? [] : `${name.padStart(11)}: ${printable(String(value))}\n`))
    .join('');
}
