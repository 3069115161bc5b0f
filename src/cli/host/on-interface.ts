/** The selection of one interface, `-I`. @module */
import { noInterface } from '../../inspect/index.ts';

/** Returns the entries of the interface; all without a name. @throws StackError `NO_INTERFACE` if there is none */
export function onInterface<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  name: string | undefined,
): readonly Entry[] {
  if (name === undefined) return entries;
  const found = entries.filter((entry) => entry.name === name);
  if (found.length > 0) return found;
  throw noInterface(name);
}
