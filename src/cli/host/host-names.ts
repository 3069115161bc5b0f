/** Names of hosts for a list that is printed once: looked up within a limited time. @module */
import { Resolver } from 'node:dns/promises';
import { parseAddress } from '../../base/address.ts';

/** Milliseconds for all lookups together: a name server that does not answer must not delay a list. */
const TIME_LIMIT = 500;
/** Lookups per list: a server with thousands of clients must not flood its name server. */
const MAX_LOOKUPS = 256;

export interface HostNames {
  readonly hostOf: (address: string) => string | undefined;
  /** Addresses whose lookup did not end in time, or was left out. */
  readonly unanswered: number;
}

/** Looks up addresses in /etc/hosts and DNS. Lookups that have not ended after `TIME_LIMIT` are cancelled. */
export async function lookUpHosts(addresses: Iterable<string>): Promise<HostNames> {
  const names = new Map<string, string>();
  const wanted = [...new Set(addresses)].filter(isHost);
  const resolver = new Resolver({ timeout: TIME_LIMIT, tries: 1 });
  let ended = 0;
  const lookups = wanted.slice(0, MAX_LOOKUPS).map(async (address) => {
    try {
      const [name] = await resolver.reverse(withoutMapping(address));
      if (name !== undefined) names.set(address, name);
      ended += 1;
    } catch (error) {
      if (!isUnanswered(error)) ended += 1;
    }
  });
  const timer = setTimeout(() => resolver.cancel(), TIME_LIMIT);
  await Promise.all(lookups);
  clearTimeout(timer);
  return { hostOf: (address) => names.get(address), unanswered: wanted.length - ended };
}

const MAPPED = '::ffff:';

function isHost(address: string): boolean {
  return address !== '0.0.0.0' && address !== '::' && parseAddress(address) !== undefined;
}

function withoutMapping(address: string): string {
  return address.startsWith(MAPPED) && address.includes('.') ? address.slice(MAPPED.length) : address;
}

function isUnanswered(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code === 'ECANCELLED' || code === 'ETIMEOUT' || code === 'ECONNREFUSED';
}
