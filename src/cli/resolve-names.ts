/** Host names of addresses, from the system's resolver. @module */
import { parseScopedAddress } from '../base/address.ts';
import { printable } from '../base/text.ts';

/** Milliseconds until a slow name server is given up. */
const TIMEOUT = 2_000;

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
    const { lookupService } = await import('node:dns/promises');
    const found = lookupService(address, 0).then(
      ({ hostname }) => hostname,
      () => undefined,
    );
    const name = await Promise.race([found, late]);
    clearTimeout(timer);
    // Without a name, getnameinfo(3) returns the address.
    if (name !== undefined && name !== address) this.#names.set(address, printable(name));
  }
}
