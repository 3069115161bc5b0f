/** Resolves a host name or an address to the target of a run. @module */
import { parseAddress, parseScopedAddress, unmapAddress } from '../base/address.ts';
import { StackError } from '../base/errors.ts';

/** A host with its address. */
export interface Target {
  /** The name or address as given: any text. */
  readonly name: string;
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly family: 4 | 6;
  /** The interface of a link-local address (RFC 4007, 11): `eth0` of `fe80::1%eth0`. */
  readonly zone?: string;
}

/**
 * Parses an address, or looks up a name with the system's resolver. An IPv4-mapped IPv6 address becomes IPv4. An address resolves synchronously, so that a caller
 * inside a network namespace opens its sockets there.
 * @param family the wanted address family; undefined takes the first address that the resolver returns
 * @throws StackError `NO_HOST` for an unknown name or an address of the other family, `TARGET` for empty text
 */
export function resolveTarget(host: string, family?: 4 | 6): Target | Promise<Target> {
  if (host === '') throw new StackError('TARGET', 'the host name is empty');
  const literal = parseScopedAddress(host);
  if (literal === undefined) return lookUp(host, family);
  const { zone } = literal;
  const target = targetOf(host, unmapAddress(literal.address));
  if (family !== undefined && family !== target.family) {
    throw new StackError('NO_HOST', `${target.name} is not an IPv${family} address`);
  }
  return zone === undefined ? target : { ...target, zone };
}

async function lookUp(host: string, family: 4 | 6 | undefined): Promise<Target> {
  const { lookup } = await import('node:dns/promises');
  const found = await lookup(host, { family: family ?? 0 }).catch(() => undefined);
  const address = found === undefined ? undefined : parseAddress(found.address);
  if (address === undefined) throw new StackError('NO_HOST', `cannot resolve ${host}: Unknown host`);
  return targetOf(host, address);
}

function targetOf(host: string, address: Uint8Array): Target {
  return { name: host, address, family: address.length === 4 ? 4 : 6 };
}
