/** Host names in filters. @module */
import { lookup } from 'node:dns/promises';
import { hostNamesOf, type NameResolver } from '../bpf/index.ts';

/**
 * Asks the system's resolver for the names that a filter has, before the compiler runs, which waits for nothing.
 * @throws FilterError when the text is no filter
 */
export async function resolverFor(expression: string): Promise<NameResolver> {
  const addresses = await lookUp(hostNamesOf(expression));
  return { host: (name) => addresses.get(name) };
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
