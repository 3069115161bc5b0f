/** Names of hosts and of Ethernet addresses in filters. @module */
import { lookup } from 'node:dns/promises';
import { hostNamesOf, type NameResolver } from '../../bpf/index.ts';
import { readEthers } from './ethers.ts';

/**
 * Asks the system's resolver for the names that a filter has, before the compiler runs, which waits for nothing. Ethernet
 * addresses come from `ethers`, by default /etc/ethers, which is read when the first is asked for.
 * @throws FilterError when the text is no filter
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
        // The compiler says which word of the filter it was.
      }
    }),
  );
  return found;
}
