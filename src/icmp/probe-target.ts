/** The target of a run, for all engines. @module */
import { formatAddress, parseAddress } from '../base/address.ts';
import { isEqualBytes, readU8, readU16 } from '../base/bytes.ts';

/** Options about the target of a run. */
export interface TargetOptions {
  /** Name for output. Without `address`, it must be an address. */
  readonly target?: string;
  /** 4 or 16 bytes. */
  readonly address?: Uint8Array;
  /** Interface of link-local addresses (RFC 4007, 11), shown after them. */
  readonly zone?: string;
  /** Reports ICMP errors that quote too little to match a probe (`ShortQuote`). */
  readonly reportShortQuotes?: boolean;
}

/** Length of an IP header without options, by family. */
export const IP_HEADER = { 4: 20, 6: 40 } as const;

export class ProbeTarget {
  readonly bytes: Uint8Array;
  /** Name for output. */
  readonly name: string;
  readonly #zone: string | undefined;

  /** @throws TypeError for a missing address, or one of the other family */
  constructor(family: 4 | 6, { address, target, zone }: TargetOptions) {
    const bytes = address ?? parseAddress(target ?? '');
    if (bytes === undefined) throw new TypeError(`target is not an address: "${target ?? ''}"`);
    if (bytes.length !== (family === 4 ? 4 : 16)) {
      throw new TypeError(`${formatAddress(bytes)} is not an IPv${family} address`);
    }
    this.bytes = bytes;
    this.#zone = zone;
    this.name = target ?? this.address;
  }

  get address(): string {
    return this.textOf(this.bytes);
  }

  isEqual(address: Uint8Array): boolean {
    return isEqualBytes(address, this.bytes);
  }

  /** Returns the text of an address; a link-local one with its zone. */
  textOf(address: Uint8Array): string {
    const text = formatAddress(address);
    return this.#zone !== undefined && isLinkLocal(address) ? `${text}%${this.#zone}` : text;
  }
}

/** Returns true for IPv6 addresses that are valid on one link only: fe80::/10, and multicast of scope 1 and 2 (RFC 4291). */
function isLinkLocal(address: Uint8Array): boolean {
  if (address.length !== 16) return false;
  if (readU8(address, 0) === 0xff) return (readU8(address, 1) & 0x0f) <= 2;
  return (readU16(address, 0) & 0xffc0) === 0xfe80;
}
