/**
 * Lists the routers on the path to a host, and the networks they are in. Needs root or CAP_NET_RAW.
 * Run it with `node examples/08-traceroute.ts 10.1.1.2`. @module
 */
import { OriginTable, traceHost } from 'tapline';

/** Returns the addresses that replied at each hop; none at a hop without a reply. */
export async function routersTo(host: string): Promise<readonly (readonly string[])[]> {
  const hops: string[][] = [];
  for await (const event of traceHost(host, { protocol: 'icmp', wait: 2_000 })) {
    if (event.type !== 'hop') continue;
    hops.push([...new Set(event.probes.flatMap(({ answer }) => answer?.source ?? []))]);
  }
  return hops;
}

/** Returns the AS numbers of the routers, from lines such as "192.0.2.0/24 AS64496 Example". */
export function networksOf(routers: readonly (readonly string[])[], lines: Iterable<string>): readonly string[] {
  const table = new OriginTable();
  for (const line of lines) table.addLine(line);
  table.seal();
  const numbers = routers.flat().flatMap((address) => table.find(address)?.asn ?? []);
  return [...new Set(numbers)].map((number) => `AS${number}`);
}

if (process.argv[1] === import.meta.filename) {
  for (const [index, routers] of (await routersTo(process.argv[2] ?? '127.0.0.1')).entries()) {
    console.log(`${index + 1}  ${routers.join(' ') || '*'}`);
  }
}
