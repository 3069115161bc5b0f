/** Resolves names of hosts and Ethernet addresses in filters. @module */
import { lookup } from 'node:dns/promises';
import { hostNamesOf, type NameResolver } from '../../bpf/index.ts';
import { readEthers } from './ethers.ts';

/**
 * Looks up the host names of a filter with the system's resolver, since compilation is synchronous. Ethernet addresses come
 * from `ethers` (default /etc/ethers), which is read on first use.
 * @throws FilterError when the text is not a filter
 */
export async function resolverFor(expression: string, ethers?: string): Promise<NameResolver> {
  const addresses = await lookUp(hostNamesOf(expression));
  let ethernet: ReadonlyMap<string, string> | undefined;
  return {
    host: (name) => addresses.get(name),
    ethernet: (name) => {
      ethernet ??= readEthers(ethers);
      return ethernet.get(name);
    },
  };
}

async function lookUp(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  await Promise.all(
    names.map(async (name) => {
      try {
        const answers = await lookup(name, { all: true });
        found.set(
          name,
          answers.map(({ address }) => address),
        );
      } catch {
        // The compiler reports the name.
      }
    }),
  );
  return found;
}
