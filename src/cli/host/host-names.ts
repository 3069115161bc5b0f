/** Names of hosts for lists of sockets: looked up within a limited time, and each address only once. @module */
import { Resolver } from 'node:dns/promises';
import { parseAddress } from '../../base/address.ts';

/** Milliseconds for all lookups of a list: a name server that does not answer must not delay it. */
const TIME_LIMIT = 500;
/** Lookups per list: a server with thousands of clients must not flood its name server. */
const MAX_LOOKUPS = 256;

/** Looks up the names of a list that is printed once. */
export async function lookUpHosts(
  addresses: Iterable<string>,
): Promise<{ readonly hostOf: HostNames['hostOf']; readonly unanswered: number }> {
  const hosts = new HostNames();
  const unanswered = await hosts.lookUp(addresses);
  return { hostOf: hosts.hostOf, unanswered };
}

/** Names that are kept from list to list. */
export class HostNames {
  readonly #names = new Map<string, string>();
  readonly #asked = new Set<string>();

  /** Returns the name of an address; undefined if it has none, or none is known. */
  readonly hostOf = (address: string): string | undefined => this.#names.get(address);

  /**
   * Looks up new addresses in /etc/hosts and DNS.
   * @returns how many have no answer: it did not arrive in time, or there were too many addresses
   */
  async lookUp(addresses: Iterable<string>): Promise<number> {
    const wanted = [...new Set(addresses)].filter((address) => isHost(address) && !this.#asked.has(address));
    for (const address of wanted) this.#asked.add(address);
    const resolver = new Resolver({ timeout: TIME_LIMIT, tries: 1 });
    const timer = setTimeout(() => resolver.cancel(), TIME_LIMIT);
    const answers = await Promise.all(
      wanted.slice(0, MAX_LOOKUPS).map((address) => this.#lookUpOne(resolver, address)),
    );
    clearTimeout(timer);
    return wanted.length - answers.filter((isAnswered) => isAnswered).length;
  }

  /** Resolves to whether there was an answer. */
  async #lookUpOne(resolver: Resolver, address: string): Promise<boolean> {
    try {
      const [name] = await resolver.reverse(withoutMapping(address));
      if (name !== undefined) this.#names.set(address, name);
      return true;
    } catch (error) {
      return !isUnanswered(error);
    }
  }
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
