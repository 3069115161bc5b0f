/** Reads Ethernet addresses by name from ethers(5). @module */
import { readFileSync } from 'node:fs';

const ETHERS = '/etc/ethers';
/** `02:0:0:0:0:1 router`: six octets of one or two digits, then a name. */
const LINE = /^\s*([0-9a-fA-F]{1,2}(?::[0-9a-fA-F]{1,2}){5})\s+([^\s#]+)/;

/**
 * Returns the address of each name in the file. Lines in other formats are skipped, and the first entry of a name wins.
 */
export function readEthers(path: string = ETHERS): ReadonlyMap<string, string> {
  const addresses = new Map<string, string>();
  for (const line of textOf(path).split('\n')) {
    const [, address, name] = LINE.exec(line) ?? [];
    if (address !== undefined && name !== undefined && !addresses.has(name)) addresses.set(name, address);
  }
  return addresses;
}

/** Few systems have the file; without it all names are unknown. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
