/** Messages of routers and hosts in a simulated network, with the errors of real implementations. @module */
import { readU16, writeU16 } from '../../../src/base/bytes.ts';
import { checksumSum } from '../../../src/base/checksum.ts';
import { IpProtocol } from '../../../src/base/protocol-numbers.ts';
import {
  type ExtensionObjectSpec,
  encodeExtensions,
  encodeInterfaceInformation,
  encodeMplsLabels,
} from '../../../src/wire/encode-icmp-extensions.ts';
import { ExtensionClass } from '../../../src/wire/icmp-extensions.ts';
import { encodeIcmp4, ICMP4_HEADER_LENGTH } from '../../../src/wire/icmp4.ts';
import { encodeIcmp6 } from '../../../src/wire/icmp6.ts';
import { encodeIpv4 } from '../../../src/wire/ipv4.ts';
import { encodeIpv6 } from '../../../src/wire/ipv6.ts';
import { pseudoHeaderSum } from '../../../src/wire/pseudo-header.ts';
import type { ErrorDescription, ExtensionFault, RouterDescription } from './network-description.ts';

/** A probe in transit. */
export interface ForgedProbe {
  readonly family: 4 | 6;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly protocol: number;
  readonly message: Uint8Array;
  /** Type of service, or traffic class; 0 by default. */
  readonly trafficClass?: number;
}

/** A quote with extensions after it is padded to this length (RFC 4884, 4). */
const PADDED_QUOTE = 128;

/** Form of the quote of a router or host. */
export interface QuoteShape {
  readonly hopLimit: number;
  /** Bytes of the transport message that are quoted; all by default. The header keeps the original length. */
  readonly kept?: number | undefined;
  /** Hexadecimal IPv4 options. */
  readonly options?: string | undefined;
  readonly protocol?: number | undefined;
  readonly isDontFragment?: boolean | undefined;
}

/** Returns the quoted part of the probe's IP packet. */
export function quotePacket(probe: ForgedProbe, shape: QuoteShape): Uint8Array {
  const { family, source, destination, message, trafficClass = 0 } = probe;
  const { hopLimit, kept = message.length, protocol = probe.protocol } = shape;
  const options = Uint8Array.from(Buffer.from(shape.options ?? '', 'hex'));
  const out = new Uint8Array(40 + options.length + message.length);
  const common = { source, destination, payloadLength: message.length };
  const flags = shape.isDontFragment === true ? { isDontFragment: true } : {};
  const fields4 = { timeToLive: hopLimit, identification: 1, typeOfService: trafficClass, options, ...flags };
  const at =
    family === 4
      ? encodeIpv4({ ...common, protocol, ...fields4 }, out)
      : encodeIpv6({ ...common, nextHeader: protocol, hopLimit, trafficClass }, out);
  out.set(message, at);
  return out.slice(0, at + Math.min(kept, message.length));
}

/** Returns an ICMP error that quotes `quote`, with the extensions of `router`. */
export function forgeError(
  family: 4 | 6,
  error: ErrorDescription,
  quote: Uint8Array,
  router: Pick<RouterDescription, 'mpls' | 'interface' | 'extensionFault'> = {},
): Uint8Array {
  const objects: ExtensionObjectSpec[] = [];
  if (router.mpls !== undefined) {
    const value = encodeMplsLabels(router.mpls);
    objects.push({ classNumber: ExtensionClass.mplsLabelStack, classType: 1, value });
  }
  if (router.interface !== undefined) objects.push(encodeInterfaceInformation(router.interface));
  const rest = error.mtu ?? 0;
  const { type, code } = error;
  if (objects.length === 0) return seal(family, { type, code, rest, body: quote });
  const body = appendExtensions(quote, objects, router.extensionFault);
  const isLengthless = router.extensionFault === 'no-length';
  const unit = router.extensionFault === 'length-in-octets' ? 1 : family === 4 ? 4 : 8;
  const length = isLengthless ? 0 : PADDED_QUOTE / unit;
  return seal(family, { type, code, rest: rest | (length << (family === 4 ? 16 : 24)), body });
}

function appendExtensions(
  quote: Uint8Array,
  objects: readonly ExtensionObjectSpec[],
  fault: ExtensionFault | undefined,
): Uint8Array {
  const out = new Uint8Array(PADDED_QUOTE + 512);
  out.set(quote.subarray(0, PADDED_QUOTE));
  const end = encodeExtensions(objects, out, PADDED_QUOTE);
  const objectAt = PADDED_QUOTE + 4;
  if (fault === 'object-too-long') writeU16(out, objectAt, 0xffff);
  if (fault === 'object-too-short') writeU16(out, objectAt, 3);
  writeU16(out, PADDED_QUOTE + 2, 0);
  if (fault !== 'no-checksum') writeU16(out, PADDED_QUOTE + 2, ~checksumSum(out, PADDED_QUOTE, end));
  if (fault === 'bad-checksum') writeU16(out, PADDED_QUOTE + 2, readU16(out, PADDED_QUOTE + 2) ^ 1);
  return out.slice(0, end);
}

function seal(family: 4 | 6, message: { type: number; code: number; rest: number; body: Uint8Array }): Uint8Array {
  const out = new Uint8Array(ICMP4_HEADER_LENGTH + message.body.length);
  // The kernel drops ICMPv6 messages with a wrong checksum (RFC 3542, 3.1), so no receiver checks it here.
  if (family === 4) encodeIcmp4(message, out);
  else encodeIcmp6(message, undefined, out);
  return out;
}

/** Updates the checksum of an ICMPv4 message. */
export function resum(family: 4 | 6, message: Uint8Array): void {
  if (family === 6) return;
  writeU16(message, 2, 0);
  writeU16(message, 2, ~checksumSum(message, 0, message.length));
}

/** Writes the ICMPv6 checksum, which senders leave to the kernel (RFC 3542, 3.1). */
export function sumLikeTheKernel(message: Uint8Array, source: Uint8Array, destination: Uint8Array): void {
  const addresses = new Uint8Array(32);
  addresses.set(source);
  addresses.set(destination, 16);
  const pseudo = pseudoHeaderSum(addresses, 0, 16, IpProtocol.icmp6, message.length);
  writeU16(message, 2, 0);
  writeU16(message, 2, ~checksumSum(message, 0, message.length, pseudo));
}
