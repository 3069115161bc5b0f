/** Addresses that must stay reachable during a change: the gateways of an interface, and the peer of the session. @module */
import { formatAddress } from '../base/address.ts';
import { StackError } from '../base/errors.ts';
import { pingHost } from '../icmp/index.ts';
import { decodeRoute, dumpRoutes, type Link } from '../netlink/index.ts';
import type { ConfigureHost } from './host.ts';
import type { WatchedAddress } from './journal.ts';

/** Milliseconds without a reply after which an address is unreachable. */
const DEAD_AFTER = 5000;
const REPLY_TIME = 1000;
const PAUSE = 1000;
const MAX_GATEWAYS = 4;

/** Sends an echo request, and returns whether a reply came; undefined if none can be sent (no raw socket). */
export type Answers = (address: string, signal?: AbortSignal) => Promise<boolean | undefined>;

export const answersPing: Answers = async (address, signal) => {
  try {
    const options = { count: 1, wait: REPLY_TIME, ...(signal === undefined ? {} : { signal }) };
    for await (const event of pingHost(address, options)) if (event.type === 'reply') return true;
    return false;
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    return error.code === 'PRIVILEGE' ? undefined : false;
  }
};

/** Returns the default gateways that are reached through these interfaces. */
export async function gatewaysOf(host: ConfigureHost, links: readonly Link[]): Promise<readonly WatchedAddress[]> {
  const { messages } = await host.netlink.dump(dumpRoutes(), { wanted: 'list routes' });
  const found = new Map<string, WatchedAddress>();
  for (const message of messages) {
    const route = decodeRoute(message);
    if (route === undefined || route.prefixLength > 0) continue;
    for (const { gateway, interfaceIndex } of route.nextHops) {
      const link = links.find(({ index }) => index === interfaceIndex);
      if (gateway === undefined || link === undefined) continue;
      const isLinkLocal = gateway.length === 16 && gateway[0] === 0xfe && ((gateway[1] ?? 0) & 0xc0) === 0x80;
      const address = isLinkLocal ? `${formatAddress(gateway)}%${link.name}` : formatAddress(gateway);
      found.set(address, { address, role: 'gateway' });
    }
  }
  return [...found.values()].slice(0, MAX_GATEWAYS);
}

/** Returns the addresses that answer now; only these can be watched. */
export async function answering(
  candidates: readonly WatchedAddress[],
  answers: Answers,
): Promise<readonly WatchedAddress[]> {
  const replies = await Promise.all(candidates.map(({ address }) => answers(address)));
  return candidates.filter((_, at) => replies[at] === true);
}

/** Resolves when one of the addresses has not answered for a while; never before, and undefined when `signal` is aborted. */
export async function firstDead(
  watched: readonly WatchedAddress[],
  answers: Answers,
  signal: AbortSignal,
): Promise<WatchedAddress | undefined> {
  if (watched.length === 0) return undefined;
  const lastReply = new Map(watched.map(({ address }) => [address, performance.now()]));
  while (!signal.aborted) {
    for (const one of watched) {
      const reply = await answers(one.address, signal);
      if (reply !== false) lastReply.set(one.address, performance.now());
      else if (!signal.aborted && performance.now() - (lastReply.get(one.address) ?? 0) > DEAD_AFTER) return one;
    }
    await pause(signal);
  }
  return undefined;
}

function pause(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, PAUSE);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
