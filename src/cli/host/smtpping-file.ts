/** The PCAPNG file of `tapline smtpping --pcap`: a capture beside the sessions, on the interfaces of their routes. @module */
import { formatAddress, parseScopedAddress } from '../../base/address.ts';
import { systemClock } from '../../base/clock.ts';
import { StackError } from '../../base/errors.ts';
import type { ServerAddress } from '../../smtp/index.ts';

export interface SessionFileOptions {
  readonly path: string | undefined;
  readonly servers: readonly ServerAddress[];
  readonly warn: (message: string) => void;
}

/** Milliseconds for the last acknowledgements, after the last session has ended. */
const LINGER = 100;
/** Bytes of ring; the sessions of a run have some hundreds of packets. */
const BUFFER_SIZE = 1 << 20;

/**
 * Runs `work` while the packets between this host and the servers are recorded. The file is complete also when `work`
 * fails.
 * @throws StackError `PRIVILEGE` without CAP_NET_RAW, `FILE_CREATE`, `NO_ROUTE`
 */
export async function withSessionFile(options: SessionFileOptions, work: () => Promise<void>): Promise<void> {
  const { path, servers, warn } = options;
  if (path === undefined || servers.length === 0) {
    await work();
    return;
  }
  const { openLiveMany } = await import('../../capture/index.ts');
  const { createPcapngWriter } = await import('../../pcap/index.ts');
  const { record } = await import('../../session/index.ts');
  const filter = filterOf(servers);
  const names = await interfacesOf(servers);
  await using source = openLiveMany(
    names.map((interfaceName) => ({ interfaceName, filter, bufferSize: BUFFER_SIZE, onWarning: warn })),
  );
  const writer = createPcapngWriter(path, { comment: `SMTP sessions with ${servers[0]?.host}` });
  try {
    for (const described of source.interfaces) writer.addInterface(described);
    const end = new AbortController();
    const recording = record(source, writer, { signal: end.signal });
    try {
      await work();
      await systemClock.sleep(LINGER);
    } finally {
      end.abort();
      await recording;
    }
  } finally {
    await writer.close();
  }
}

function filterOf(servers: readonly ServerAddress[]): string {
  const hosts = servers.map(({ address }) => `host ${formatAddress(bytesOf(address))}`);
  return `tcp port ${servers[0]?.port} and (${[...new Set(hosts)].join(' or ')})`;
}

/** Returns the names of the interfaces to which the kernel sends packets for the servers. */
async function interfacesOf(servers: readonly ServerAddress[]): Promise<string[]> {
  const { connectNetlink, decodeRoute, lookUpRoute, NetlinkError } = await import('../../netlink/index.ts');
  const nameOf = (await import('../../capture/index.ts')).interfaceNames();
  const names = new Set<string>();
  await using netlink = connectNetlink();
  for (const { address } of servers) {
    const zone = parseScopedAddress(address)?.zone;
    if (zone !== undefined) {
      names.add(zone);
      continue;
    }
    try {
      for await (const message of netlink.request(lookUpRoute(bytesOf(address)), { wanted: `find ${address}` })) {
        const index = decodeRoute(message)?.nextHops[0]?.interfaceIndex;
        const name = index === undefined ? undefined : nameOf(index);
        if (name !== undefined) names.add(name);
      }
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error; // no route: the session will report it
    }
  }
  if (names.size > 0) return [...names];
  throw new StackError('NO_ROUTE', `no route to ${servers[0]?.address}; --pcap has no interface to record from`);
}

function bytesOf(address: string): Uint8Array {
  return parseScopedAddress(address)?.address ?? new Uint8Array(4);
}
