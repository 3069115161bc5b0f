/** Looks up names and addresses with the system's resolver, for the probing commands. @module */
import { formatAddress, parseAddress, parseScopedAddress, StackError } from '../base/index.ts';

export interface Target {
  /** As the user wrote it: any text. */
  readonly name: string;
  readonly address: Uint8Array;
  readonly family: 4 | 6;
  /** The interface that a link-local address belongs to, where it was named (`fe80::1%eth0`). */
  readonly zone?: string;
}

/**
 * Returns the address of a name, or the address itself.
 * @param family required; undefined accepts the resolver's first answer
 * @throws StackError `NO_HOST`
 */
export async function resolveTarget(name: string, family: 4 | 6 | undefined): Promise<Target> {
  const literal = parseScopedAddress(name);
  if (literal !== undefined) {
    const { address, zone } = literal;
    const target: Target = { name, address, family: address.length === 4 ? 4 : 6 };
    return checkFamily(zone === undefined ? target : { ...target, zone }, family);
  }
  try {
    const { lookup } = await import('node:dns/promises');
    const found = await lookup(name, { family: family ?? 0 });
    const address = parseAddress(found.address);
    if (address !== undefined) return { name, address, family: address.length === 4 ? 4 : 6 };
  } catch {
    // reported below
  }
  throw new StackError('NO_HOST', `cannot resolve ${name}: Unknown host`);
}

function checkFamily(target: Target, family: 4 | 6 | undefined): Target {
  if (family === undefined || family === target.family) return target;
  throw new StackError('NO_HOST', `${target.name} is no IPv${family} address`);
}

/** Milliseconds to wait for a name server: a late name must not hold up the path. */
const LOOKUP_TIMEOUT = 2_000;

/** Looks up each name once, several at a time; never while a probe waits to be sent. */
export class NameCache {
  readonly #names = new Map<string, string | undefined>();
  readonly #lookups = new Map<string, Promise<void>>();

  /** Returns the name of an address; undefined when it has none, or was not looked up yet. */
  nameOf = (address: string): string | undefined => this.#names.get(address);

  /** Resolves when all lookups have finished or timed out. */
  async look(addresses: Iterable<string>): Promise<void> {
    const lookups: Promise<void>[] = [];
    for (const address of new Set(addresses)) {
      if (parseScopedAddress(address) === undefined) continue; // a hidden address
      const lookup = this.#lookups.get(address) ?? this.#lookOne(address);
      this.#lookups.set(address, lookup);
      lookups.push(lookup);
    }
    await Promise.all(lookups);
  }

  async #lookOne(address: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, LOOKUP_TIMEOUT, undefined);
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

/** Returns the text of a target's address. */
export function addressText(target: Target): string {
  return formatAddress(target.address);
}
