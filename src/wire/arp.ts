/** ARP and RARP packets (RFC 826, RFC 903), for any hardware and protocol address lengths. @module */
import { EMPTY, readU8, readU16, writeU16 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';

/** Bytes before the addresses. */
const ARP_FIXED_LENGTH = 8;

/** Operations (IANA "ARP Operation Codes") with names in the printer. */
export const ArpOperation = {
  request: 1,
  reply: 2,
  reverseRequest: 3,
  reverseReply: 4,
  inverseRequest: 8,
  inverseReply: 9,
} as const;

const HARDWARE_TYPE = 0;
const PROTOCOL_TYPE = 2;
const HARDWARE_LENGTH = 4;
const PROTOCOL_LENGTH = 5;
const OPERATION = 6;

/** Typed window on a packet; `wrap` returns true only if all four addresses are in bounds. */
export class ArpView {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    if (end > bytes.length || end - start < ARP_FIXED_LENGTH) return false;
    return end - start >= this.length;
  }

  get hardwareType(): number {
    return readU16(this.#bytes, this.#start + HARDWARE_TYPE);
  }

  /** EtherType of the protocol addresses. */
  get protocolType(): number {
    return readU16(this.#bytes, this.#start + PROTOCOL_TYPE);
  }

  get hardwareLength(): number {
    return readU8(this.#bytes, this.#start + HARDWARE_LENGTH);
  }

  get protocolLength(): number {
    return readU8(this.#bytes, this.#start + PROTOCOL_LENGTH);
  }

  get operation(): number {
    return readU16(this.#bytes, this.#start + OPERATION);
  }

  /** Offset of the sender's hardware address in the wrapped array; the others follow it. */
  get senderHardwareStart(): number {
    return this.#start + ARP_FIXED_LENGTH;
  }

  get senderProtocolStart(): number {
    return this.senderHardwareStart + this.hardwareLength;
  }

  get targetHardwareStart(): number {
    return this.senderProtocolStart + this.protocolLength;
  }

  get targetProtocolStart(): number {
    return this.targetHardwareStart + this.hardwareLength;
  }

  /** Bytes of the packet without padding. */
  get length(): number {
    return ARP_FIXED_LENGTH + 2 * (this.hardwareLength + this.protocolLength);
  }
}

/** Fields of a packet. Both hardware addresses have one length, and both protocol addresses. */
export interface ArpPacket {
  readonly hardwareType: number;
  readonly protocolType: number;
  readonly operation: number;
  readonly senderHardware: Uint8Array;
  readonly senderProtocol: Uint8Array;
  readonly targetHardware: Uint8Array;
  readonly targetProtocol: Uint8Array;
}

/**
 * Writes a packet at `out[at]`.
 * @returns the offset just past the packet
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeArp(packet: ArpPacket, out: Uint8Array, at = 0): number {
  const hardwareLength = packet.senderHardware.length;
  const protocolLength = packet.senderProtocol.length;
  const end = at + ARP_FIXED_LENGTH + 2 * (hardwareLength + protocolLength);
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the ARP packet ends at ${end}`);
  writeU16(out, at + HARDWARE_TYPE, packet.hardwareType);
  writeU16(out, at + PROTOCOL_TYPE, packet.protocolType);
  out[at + HARDWARE_LENGTH] = hardwareLength;
  out[at + PROTOCOL_LENGTH] = protocolLength;
  writeU16(out, at + OPERATION, packet.operation);
  let next = at + ARP_FIXED_LENGTH;
  for (const address of [packet.senderHardware, packet.senderProtocol, packet.targetHardware, packet.targetProtocol]) {
    out.set(address, next);
    next += address.length;
  }
  return end;
}
