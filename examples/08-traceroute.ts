/** The routers on the way to an address, asked by ICMP on one flow. Run as root, or with CAP_NET_RAW. @module */
import { echoMethod, OriginTable, openKernelTransport, preciseClock, traceroute } from 'tapline';

/** Who answers at each hop; empty where nobody does. */
export async function routersTo(address: Uint8Array): Promise<readonly (readonly string[])[]> {
  const family = address.length === 4 ? 4 : 6;
  await using transport = openKernelTransport({ family, protocol: 'icmp', destination: address });
  const { identifier } = transport.capabilities;
  const method = echoMethod({ family, identifier, size: 12, isFlowStable: true });
  const hops: string[][] = [];
  for await (const event of traceroute({ transport, method, clock: preciseClock }, { address, wait: 2_000 })) {
    if (event.type !== 'hop') continue;
    hops.push([...new Set(event.probes.flatMap(({ answer }) => answer?.source ?? []))]);
  }
  return hops;
}

/** Whose networks those are: AS numbers by the lines of a local table, "192.0.2.0/24 AS64496 Example" and the like. */
export function networksOf(routers: readonly (readonly string[])[], lines: Iterable<string>): readonly string[] {
  const table = new OriginTable();
  for (const line of lines) table.addLine(line);
  table.seal();
  const numbers = routers.flat().flatMap((address) => table.find(address)?.asn ?? []);
  return [...new Set(numbers)].map((number) => `AS${number}`);
}
