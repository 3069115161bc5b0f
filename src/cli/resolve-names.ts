/** Host names of addresses, from the system's resolver. @module */
import { parseScopedAddress } from '../base/address.ts';

/** Milliseconds until a slow name server is given up. */
const TIMEOUT = 1_000;

/** Looks each name up once, several at a time. */
export class NameCache {
  readonly #names = new Map<string, string | undefined>();
  readonly #lookups = new Map<string, Promise<void>>();

  /** Returns the name of an address, or undefined if it has none or none is known yet. */
  nameOf = (address: string): string | undefined => this.#names.get(address);

  /** Resolves when all lookups are complete or timed out. */
  async look(addresses: Iterable<string>): Promise<void> {
    const lookups: Promise<void>[] = [];
    for (const address of new Set(addresses)) {
      if (parseScopedAddress(address) === undefined) continue; // a hidden one
      const lookup = this.#lookups.get(address) ?? this.#lookOne(address);
      this.#lookups.set(address, lookup);
      lookups.push(lookup);
    }
    await Promise.all(lookups);
  }

  async #lookOne(address: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, TIMEOUT, undefined);
    });
    const name = await Promise.race([hostName(address), late]);
    clearTimeout(timer);
    if (name !== undefined && name !== address) this.#names.set(address, name);
  }
}

/** Returns the name of an address; the address itself or undefined when it has none, see getnameinfo(3). */
async function hostName(address: string): Promise<string | undefined> {
  const { lookupService } = await import('node:dns/promises');
  try {
    return (await lookupService(address, 0)).hostname; // throws at once for most characters in a zone
  } catch {
    return undefined;
  }
}
