/**
 * Lists 10,000 routes and 10,000 neighbours: `tapline`, iproute2 and net-tools as whole programs, and a Node that runs
 * nothing, which is the least that any program for Node takes. @module
 */
import { createLab, type LabHost, twoHosts } from '../../src/lab/index.ts';
import { addNeighbour } from '../../src/netlink/neighbour.ts';
import { addRoute } from '../../src/netlink/route-request.ts';
import { runForOutput, runMeasured } from './program-output.ts';
import { tapline } from './tapline.ts';

/** Core of the measured program. */
const CORE = 1;
const ENTRIES = 10_000;
const GATEWAY = Uint8Array.of(10, 1, 1, 2);

export interface HostResult {
  readonly tool: string;
  /** Lines of output. */
  readonly lines: number;
  /** Duration of the whole program. */
  readonly milliseconds: number;
  readonly processorMilliseconds: number;
}

const PROGRAMS: readonly (readonly string[])[] = [
  [process.execPath, '-e', '0'],
  tapline(['netstat', '3', '-n', '-4']),
  tapline(['netstat', '3', '-4', '--style', 'linux', '--table', 'all']),
  ['ip', '-4', 'route', 'show', 'table', 'all'],
  ['netstat', '-rn'],
  tapline(['diagnostic', 'network', 'arpshow', '-n']),
  ['ip', '-4', 'neigh'],
  ['ip', '-4', '-s', 'neigh'],
  ['arp', '-an'],
];

export async function benchHost(rounds: number, onResult: (result: HostResult) => void): Promise<HostResult[]> {
  const results: HostResult[] = [];
  await using lab = await createLab(twoHosts({ staticNeighbours: true }));
  const host = lab.host('left');
  await fillTables(host);
  // The first run of each writes its code cache, which all later runs read.
  for (const words of PROGRAMS) await runForOutput(host, CORE, words);
  for (let round = 0; round < rounds; round += 1) {
    for (const words of PROGRAMS) {
      const { output, ...times } = await runMeasured(host, CORE, words);
      const result = { tool: nameOf(words), lines: output.split('\n').length - 1, ...times };
      results.push(result);
      onResult(result);
    }
  }
  return results;
}

/** Returns the words that a person types. */
function nameOf(words: readonly string[]): string {
  const [program = '', script = '', ...rest] = words;
  if (program !== process.execPath) return words.join(' ');
  return script.endsWith('main.js') ? `tapline ${rest.join(' ')}` : `node ${script} ${rest.join(' ')}`;
}

async function fillTables(host: LabHost): Promise<void> {
  const interfaceIndex = host.interface('eth0').index;
  for (let number = 0; number < ENTRIES; number += 1) {
    const [high, low] = [number >>> 8, number & 0xff];
    const destination = Uint8Array.of(20, high, low, 0);
    await host.netlink.execute(addRoute({ destination, prefixLength: 24, nextHops: [{ gateway: GATEWAY }] }));
    const linkAddress = Uint8Array.of(2, 0, 0, 1, high, low);
    await host.netlink.execute(addNeighbour({ interfaceIndex, address: Uint8Array.of(30, 0, high, low), linkAddress }));
  }
}
