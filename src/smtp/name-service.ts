/** DNS lookups with a time limit. @module */
import { lookup, Resolver } from 'node:dns/promises';
import { type Clock, systemClock } from '../base/clock.ts';
import { messageOf, nodeCodeOf } from '../base/errors.ts';

export interface Exchanger {
  readonly exchange: string;
  readonly priority: number;
}

/** `no-name`: the name does not exist; `no-data`: it has no such records; `timeout`; `failed`: any other error. */
export type LookupFailure = 'no-name' | 'no-data' | 'timeout' | 'failed';

/** The records, or why there are none. */
export type Answer<Record> = readonly Record[] | { readonly failure: LookupFailure; readonly detail: string };

export interface NameService {
  exchangers(domain: string): Promise<Answer<Exchanger>>;
  addresses(host: string, family: 4 | 6): Promise<Answer<string>>;
}

export interface NameServiceOptions {
  /** Address of the name server, with a port if it is not 53: `192.0.2.53`, `[2001:db8::53]:5353`. */
  readonly server?: string;
  /** Limit for each lookup in milliseconds, whatever the number of name servers; 5,000 by default. */
  readonly timeout?: number;
  readonly clock?: Clock;
}

const DEFAULT_TIMEOUT = 5_000;
/** Each of them within the limit. */
const TRIES = 2;

const FAILURES: Readonly<Record<string, LookupFailure>> = {
  ENOTFOUND: 'no-name',
  ENODATA: 'no-data',
  ETIMEOUT: 'timeout',
  ECANCELLED: 'timeout',
};
/** The name server has answered that there is nothing. */
const ABSENT: readonly LookupFailure[] = ['no-name', 'no-data'];

/**
 * Looks up records by DNS, with the name servers of the system or a given one. Without a given one, hosts that DNS does not
 * know are looked up as the system does (`/etc/hosts`).
 * @throws TypeError for a bad address of a name server, at the first lookup
 */
export function dnsNameService(options: NameServiceOptions = {}): NameService {
  const { server, timeout = DEFAULT_TIMEOUT, clock = systemClock } = options;
  const lookUp = async <Record>(work: (resolver: Resolver) => Promise<Record[]>): Promise<Answer<Record>> => {
    const resolver = new Resolver({ timeout: Math.ceil(timeout / TRIES), tries: TRIES });
    if (server !== undefined) resolver.setServers([server]);
    const answered = new AbortController();
    void clock.sleep(timeout, answered.signal).then(() => resolver.cancel());
    try {
      return await work(resolver);
    } catch (error) {
      return { failure: FAILURES[nodeCodeOf(error) ?? ''] ?? 'failed', detail: messageOf(error) };
    } finally {
      answered.abort();
    }
  };
  return {
    exchangers: (domain) => lookUp((resolver) => resolver.resolveMx(domain)),
    async addresses(host, family) {
      const answer = await lookUp((resolver) => (family === 4 ? resolver.resolve4(host) : resolver.resolve6(host)));
      if (!('failure' in answer) || server !== undefined || !ABSENT.includes(answer.failure)) return answer;
      const answered = new AbortController();
      const found = await Promise.race([systemAddresses(host, family), clock.sleep(timeout, answered.signal)]);
      answered.abort();
      return found ?? answer;
    },
  };
}

/** Follows only an answer of DNS, since it cannot be cancelled. */
async function systemAddresses(host: string, family: 4 | 6): Promise<readonly string[] | undefined> {
  const found = await lookup(host, { family, all: true }).catch(() => []);
  return found.length === 0 ? undefined : found.map(({ address }) => address);
}
