/** Names of addresses in tables of the host. @module */
import { NameCache } from '../resolve-names.ts';

/** Further addresses are not looked up: a name server would receive thousands of queries. */
const MAX_LOOKUPS = 256;

/** Looks up names, and returns a function that finds them. */
export async function lookUpNames(addresses: Iterable<string>): Promise<(address: string) => string | undefined> {
  const cache = new NameCache();
  const chosen = [...new Set(addresses)].slice(0, MAX_LOOKUPS);
  await cache.look(chosen);
  return cache.nameOf;
}
