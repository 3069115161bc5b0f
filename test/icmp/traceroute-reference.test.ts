import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { simulateTraceroute } from '../support/simulate.ts';
import type { NetworkDescription } from '../support/simulation/network-description.ts';

/** The ESA packet capture document, "TRACEROUTE"; with the spaces of traceroute(8), which the page removed. */
const REFERENCE = `tracert to google.com (216.58.194.206), 64 hops max, 40 byte packets
 1  68.232.129.2 (68.232.129.2)  0.902 ms
    68.232.129.3 (68.232.129.3)  0.786 ms  0.605 ms
 2  139.138.24.10 (139.138.24.10)  0.888 ms  0.926 ms  1.092 ms
 3  68.232.128.2 (68.232.128.2)  1.116 ms  0.780 ms  0.737 ms
 4  139.138.24.42 (139.138.24.42)  0.703 ms
    208.90.63.209 (208.90.63.209)  1.413 ms
    139.138.24.42 (139.138.24.42)  1.219 ms
 5  svl-edge-25.inet.qwest.net (63.150.59.25)  1.436 ms  1.223 ms  1.177 ms
 6  snj-edge-04.inet.qwest.net (67.14.34.82)  1.838 ms  2.086 ms  1.740 ms
 7  108.170.242.225 (108.170.242.225)  1.986 ms  1.992 ms
    108.170.243.1 (108.170.243.1)  2.852 ms
 8  108.170.242.225 (108.170.242.225)  2.097 ms
    108.170.243.1 (108.170.243.1)  2.967 ms  2.812 ms
 9  108.170.237.105 (108.170.237.105)  1.974 ms
    sfo03s01-in-f14.1e100.net (216.58.194.206)  2.042 ms  1.882 ms
`;

const path = new URL('../networks/reference-tracert.json', import.meta.url);
const network = JSON.parse(readFileSync(path, 'utf8')) as NetworkDescription;
const address = Uint8Array.of(216, 58, 194, 206);

describe('the reference output of tracert', () => {
  test.each(['udp', 'icmp', 'tcp'] as const)('is reproduced byte for byte with %s probes', async (protocol) => {
    const run = await simulateTraceroute(network, { target: 'google.com', address, protocol, parallel: 1 });
    expect(run.text.replace(/\d+ byte packets/, '40 byte packets')).toBe(REFERENCE);
    if (protocol !== 'tcp') expect(run.text).toBe(REFERENCE); // a SYN with MSS is 44 bytes long
    expect(run.summary).toMatchObject({ isReached: true, hops: 9, received: 27 });
  });

  test('with parallel probes, all routers are the same, in a few milliseconds', async () => {
    const run = await simulateTraceroute(network, { target: 'google.com', address });
    const routers = (text: string): string => text.slice(0, text.indexOf('sfo03s01'));
    expect(routers(run.text)).toBe(routers(REFERENCE));
    expect(run.summary).toMatchObject({ isReached: true, hops: 9 });
    expect(run.elapsed).toBeLessThan(20);
  });
});
