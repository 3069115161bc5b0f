/**
 * UDP probes to closed ports. In Paris mode the ports stay constant, so that all probes take one path, and the checksum,
 * which every router quotes, contains the number of the probe: two bytes of payload adjust it. Classic mode increments
 * the destination port, as traceroute always did. @module
 */
import { readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts';
import { checksumSum } from '../../base/checksum.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { Icmp4Type, Icmp6Type, Unreachable4Code, Unreachable6Code } from '../../wire/icmp-types.ts';
import { pseudoHeaderSum } from '../../wire/pseudo-header.ts';
import { UDP_HEADER_LENGTH } from '../../wire/udp.ts';
import type { ProbeDraft, ProbeMatch, ProbeMethod } from '../method.ts';
import type { ArrivalEvent, ErrorQueueEvent } from '../transport.ts';
import { errorKind, IcmpErrorReader } from './icmp-error.ts';

export interface UdpMethodOptions {
  readonly family: 4 | 6;
  /** 32 random bits that identify the run. */
  readonly nonce: number;
  /** Source address, which the checksum covers; `TransportCapabilities` contains it. */
  readonly sourceAddress: Uint8Array;
  readonly sourcePort: number;
  /** 33,434 by default: "traceroute use" (IANA). */
  readonly destinationPort?: number;
  /** Payload bytes; 12 by default, 40 with the headers of IPv4. */
  readonly size?: number;
  readonly maxSize?: number;
  /** `paris`, the default, keeps the ports of a flow; `classic` increments the destination port with each probe. */
  readonly ports?: 'paris' | 'classic';
}

const DEFAULT_PORT = 33_434;
const DEFAULT_SIZE = 12;
const BALANCE_AT = 0;
const NONCE_AT = 2;
const INDEX_AT = 6;
const IDENTITY_LENGTH = 10;
const CHECKSUM_AT = 6;
const ALL_ONES = 0xffff;

export class UdpMethod implements ProbeMethod {
  readonly protocol = 'udp';
  readonly family: 4 | 6;
  readonly length: number;
  readonly quotedLength = UDP_HEADER_LENGTH;
  readonly #nonce: number;
  readonly #size: number;
  readonly #sourcePort: number;
  readonly #destinationPort: number;
  readonly #isClassic: boolean;
  readonly #addresses: Uint8Array;
  readonly #addressLength: 4 | 16;
  readonly #error = new IcmpErrorReader();

  /** @throws RangeError for a size without room for the number of the probe */
  constructor(options: UdpMethodOptions) {
    this.family = options.family;
    this.#addressLength = options.family === 4 ? 4 : 16;
    this.#nonce = options.nonce >>> 0;
    this.#size = options.size ?? DEFAULT_SIZE;
    if (this.#size < 2) throw new RangeError(`payload size of a UDP probe must be at least 2 bytes, not ${this.#size}`);
    this.length = UDP_HEADER_LENGTH + Math.max(this.#size, options.maxSize ?? 0);
    this.#sourcePort = options.sourcePort;
    this.#destinationPort = options.destinationPort ?? DEFAULT_PORT;
    this.#isClassic = options.ports === 'classic';
    this.#addresses = new Uint8Array(2 * this.#addressLength);
    this.#addresses.set(options.sourceAddress);
  }

  encode(draft: ProbeDraft, out: Uint8Array): number {
    const end = UDP_HEADER_LENGTH + (draft.size ?? this.#size);
    writeU16(out, 0, this.#sourcePort);
    writeU16(out, 2, this.#portOf(draft));
    writeU16(out, 4, end);
    out.fill(0, CHECKSUM_AT, end);
    if (end >= UDP_HEADER_LENGTH + IDENTITY_LENGTH) {
      writeU32(out, UDP_HEADER_LENGTH + NONCE_AT, this.#nonce);
      writeU32(out, UDP_HEADER_LENGTH + INDEX_AT, draft.index);
    }
    this.#addresses.set(draft.destination, this.#addressLength);
    const pseudo = pseudoHeaderSum(this.#addresses, 0, this.#addressLength, IpProtocol.udp, end);
    const sum = checksumSum(out, 0, end, pseudo);
    const checksum = this.#isClassic ? ~sum & ALL_ONES || ALL_ONES : checksumOf(draft.index);
    // In one's complement arithmetic, the balance is the complement of the checksum minus the sum.
    if (!this.#isClassic)
      writeU16(out, UDP_HEADER_LENGTH + BALANCE_AT, ((~checksum & ALL_ONES) - sum + ALL_ONES) % ALL_ONES);
    writeU16(out, CHECKSUM_AT, checksum);
    return end;
  }

  #portOf({ index, flow }: ProbeDraft): number {
    const offset = this.#isClassic ? index : flow;
    return (this.#destinationPort + offset) & ALL_ONES;
  }

  match(event: ArrivalEvent | ErrorQueueEvent): ProbeMatch | undefined {
    return event.kind === 'arrival' ? this.#matchArrival(event) : this.#matchErrorQueue(event);
  }

  #matchArrival(event: ArrivalEvent): ProbeMatch | undefined {
    const error = this.#error;
    if (!error.read(event) || error.quote.protocol !== IpProtocol.udp || error.quote.isLaterFragment) return undefined;
    const { bytes, transportAt, transportLength, end } = error.quote;
    if (transportLength < this.quotedLength || readU16(bytes, transportAt) !== this.#sourcePort) return undefined;
    const port = readU16(bytes, transportAt + 2);
    const checksum = readU16(bytes, transportAt + CHECKSUM_AT);
    const known = this.#readPayload(bytes, transportAt + UDP_HEADER_LENGTH, end);
    if (known === 'foreign') return undefined;
    const index = known ?? (this.#isClassic ? (port - this.#destinationPort) & ALL_ONES : checksum % ALL_ONES);
    if (known === undefined && !this.#isClassic && port !== this.#destinationPort && !this.#isNear(port))
      return undefined;
    return {
      ...error.describe(),
      index,
      isFullIndex: known !== undefined,
      isArrival: this.#isArrival(error.type, error.code),
      isRewritten: !this.#isClassic && known !== undefined && checksum !== checksumOf(known),
    };
  }

  /** Returns true for the ports of the first thousand flows, more than any run sends. */
  #isNear(port: number): boolean {
    return ((port - this.#destinationPort) & ALL_ONES) < 1000;
  }

  /** Returns the number of the probe from a quoted payload; undefined if too little was quoted. */
  #readPayload(bytes: Uint8Array, start: number, end: number): number | 'foreign' | undefined {
    if (end - start < IDENTITY_LENGTH || this.#size < IDENTITY_LENGTH) return undefined;
    return readU32(bytes, start + NONCE_AT) === this.#nonce ? readU32(bytes, start + INDEX_AT) : 'foreign';
  }

  /** Returns true for "port unreachable": the probe reached a host. */
  #isArrival(type: number, code: number): boolean {
    if (this.family === 6) return type === Icmp6Type.destinationUnreachable && code === Unreachable6Code.port;
    const isPort = code === Unreachable4Code.port || code === Unreachable4Code.protocol;
    return type === Icmp4Type.destinationUnreachable && isPort;
  }

  #matchErrorQueue(event: ErrorQueueEvent): ProbeMatch | undefined {
    const kind = errorKind(event.family, event.type, event.code);
    if (kind === undefined || event.family !== this.family) return undefined;
    const known = this.#readPayload(event.bytes, event.start, event.end);
    if (known === 'foreign' || (known === undefined && !this.#isClassic)) return undefined;
    return {
      kind,
      type: event.type,
      code: event.code,
      mtu: event.mtu,
      isArrival: this.#isArrival(event.type, event.code),
      index: known ?? (event.destinationPort - this.#destinationPort) & ALL_ONES,
      isFullIndex: known !== undefined,
      isChecksumOk: true,
      quotedDestination: event.destination,
    };
  }
}

/** Returns the checksum for a number. 0 means "no checksum" (RFC 768), so it becomes all ones, its other form. */
function checksumOf(index: number): number {
  return index % ALL_ONES || ALL_ONES;
}
