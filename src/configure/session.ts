/** The remote session that runs this program, and the interfaces that carry it. @module */
import { readFileSync } from 'node:fs';
import { parseAddress } from '../base/address.ts';
import { decodeRoute, type Link, lookUpRoute, NetlinkError } from '../netlink/index.ts';
import type { ConfigureHost } from './host.ts';
import { lowersOf } from './scope.ts';

/** Parents to search; a deeper nesting is no shell session. */
const MAX_PARENTS = 32;

/** Returns the peer of the SSH session of this process; sudo(8) removes the variable, so parents are searched, too. */
export function sessionPeer(): string | undefined {
  const own = peerOf(process.env['SSH_CONNECTION']);
  if (own !== undefined) return own;
  let pid = process.ppid;
  for (let count = 0; count < MAX_PARENTS && pid > 1; count += 1) {
    const words = readOf(pid, 'environ').split('\0');
    const peer = peerOf(words.find((word) => word.startsWith('SSH_CONNECTION='))?.slice('SSH_CONNECTION='.length));
    if (peer !== undefined) return peer;
    pid = Number(/\) \S (\d+)/.exec(readOf(pid, 'stat'))?.[1] ?? 0);
  }
  return undefined;
}

/** SSH_CONNECTION is `CLIENT PORT SERVER PORT` (ssh(1)). */
function peerOf(connection: string | undefined): string | undefined {
  const [client = ''] = (connection ?? '').split(' ');
  const bare = client.replace(/%.*$/, '');
  return parseAddress(bare) === undefined ? undefined : client;
}

function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return ''; // of another user, or ended
  }
}

/** Returns the interfaces through which packets to `peer` leave: the one of the route, and those below it. */
export async function pathTo(host: ConfigureHost, links: readonly Link[], peer: string): Promise<readonly Link[]> {
  const address = parseAddress(peer.replace(/%.*$/, ''));
  if (address === undefined) return [];
  try {
    for await (const message of host.netlink.request(lookUpRoute(address), { wanted: `find the route to ${peer}` })) {
      const index = decodeRoute(message)?.nextHops[0]?.interfaceIndex;
      const link = links.find((one) => one.index === index);
      if (link !== undefined) return [link, ...lowersOf(links, link)];
    }
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error; // no route
  }
  return [];
}
