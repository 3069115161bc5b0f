/** Where the probes of a run go, as every engine needs to know it. @module */
import { formatAddress, parseAddress } from '../base/address.ts';
import { isEqualBytes, readU8, readU16 } from '../base/bytes.ts';

/** What a run is told about its target. */
export interface TargetOptions {
  /** What the user called it: shown; and, where `address` is not given, an address itself. */
  readonly target?: string;
  /** Four or sixteen bytes. */
  readonly address?: Uint8Array;
  /** The interface that link-local addresses belong to (RFC 4007, 11): shown behind them. */
  readonly zone?: string;
  /** Reports ICMP errors that may be about a probe, and quote too little to tell (`ShortQuote`). */
  readonly reportShortQuotes?: boolean;
}

/** Bytes of an IP header without options, by family. */
export const IP_HEADER = { 4: 20, 6: 40 } as const;

export class ProbeTarget {
  readonly bytes: Uint8Array;
  /** As the user called it. */
  readonly name: string;
  readonly #zone: string | undefined;

  /** @throws TypeError when there is no address, or one of the wrong family */
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

  /** Text of an address that answered; a link-local one with its zone, without which it means nothing. */
  textOf(address: Uint8Array): string {
    const text = formatAddress(address);
    return this.#zone !== undefined && isLinkLocal(address) ? `${text}%${this.#zone}` : text;
  }
}

/** IPv6 addresses that mean something on one link only: unicast fe80::/10, and multicast of scope 1 and 2 (RFC 4291). */
function isLinkLocal(address: Uint8Array): boolean {
  if (address.length !== 16) return false;
  if (readU8(address, 0) === 0xff) return (readU8(address, 1) & 0x0f) <= 2;
  return (readU16(address, 0) & 0xffc0) === 0xfe80;
}
