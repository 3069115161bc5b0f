/** Names and addresses by the system's resolver, for the probing commands. @module */
import { formatAddress, parseAddress, parseScopedAddress, StackError } from '../base/index.ts';

export interface Target {
  /** As the user wrote it. */
  readonly name: string;
  readonly address: Uint8Array;
  readonly family: 4 | 6;
  /** The interface that a link-local address belongs to, where it was named (`fe80::1%eth0`). */
  readonly zone?: string;
}

/**
 * The address behind a name, or the address itself.
 * @param family wanted; undefined takes what comes first
 * @throws StackError `NO_HOST`
 */
export async function resolveTarget(name: string, family: 4 | 6 | undefined): Promise<Target> {
  const literal = parseScopedAddress(name);
  if (literal !== undefined) {
    const { address, zone } = literal;
    const target: Target = { name: name, address, family: address.length === 4 ? 4 : 6 };
    return checkFamily(zone === undefined ? target : { ...target, zone }, family);
  }
  try {
    const { lookup } = await import('node:dns/promises');
    const found = await lookup(name, { family: family ?? 0 });
    const address = parseAddress(found.address);
    if (address !== undefined) return { name: name, address, family: address.length === 4 ? 4 : 6 };
  } catch {
    // said below
  }
  throw new StackError('NO_HOST', `cannot resolve ${name}: Unknown host`);
}

function checkFamily(target: Target, family: 4 | 6 | undefined): Target {
  if (family === undefined || family === target.family) return target;
  throw new StackError('NO_HOST', `${target.name} is no IPv${family} address`);
}

/** How long a name server may take: a path is more use without names than not at all. */
const PATIENCE = 2_000;

/** Looks names up once each, several at a time; never while a probe waits to be sent. */
export class NameCache {
  readonly #names = new Map<string, string | undefined>();
  readonly #lookups = new Map<string, Promise<void>>();

  /** The name of an address that was looked up; undefined where there is none, or none yet. */
  nameOf = (address: string): string | undefined => this.#names.get(address);

  /** Resolves once all are known, or their time is over. */
  async look(addresses: Iterable<string>): Promise<void> {
    const lookups: Promise<void>[] = [];
    for (const address of new Set(addresses)) {
      if (parseScopedAddress(address) === undefined) continue; // one that is not told
      const lookup = this.#lookups.get(address) ?? this.#lookOne(address);
      this.#lookups.set(address, lookup);
      lookups.push(lookup);
    }
    await Promise.all(lookups);
  }

  async #lookOne(address: string): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, PATIENCE, undefined);
    });
    const { lookupService } = await import('node:dns/promises');
    const found = lookupService(address, 0).then(
      ({ hostname }) => hostname,
      () => undefined,
    );
    const name = await Promise.race([found, late]);
    clearTimeout(timer);
    // Without a name getnameinfo(3) gives the address back.
    if (name !== undefined && name !== address) this.#names.set(address, name);
  }
}

/** The text of a target's address. */
export function addressText(target: Target): string {
  return formatAddress(target.address);
}
