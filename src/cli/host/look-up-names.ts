/** Names of addresses in tables of the host. @module */
import { HostNames } from './host-names.ts';

/** Looks up names within the limits of `HostNames`, and returns a function that finds them. */
export async function lookUpNames(addresses: Iterable<string>): Promise<(address: string) => string | undefined> {
  const hosts = new HostNames();
  await hosts.lookUp(addresses);
  return hosts.hostOf;
}
