/**
 * The "cooked" headers of frames captured on `any` (draft-ietf-opsawg-pcaplinktype, LINKTYPE_LINUX_SLL
 * and LINKTYPE_LINUX_SLL2). Both are in network order. @module
 */
import { EMPTY, readU8, readU16, readU32, writeU16, writeU32 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';

const SLL_HEADER_LENGTH = 16;
/** Maximum bytes of the sender's link-layer address; longer addresses are cut. */
export const COOKED_ADDRESS_LENGTH = 8;

/** Packet types (`linux/if_packet.h`, PACKET_*). */
export const PacketType = { host: 0, broadcast: 1, multicast: 2, otherHost: 3, outgoing: 4 } as const;

const SLL_PACKET_TYPE = 0;
const SLL_HARDWARE_TYPE = 2;
const SLL_ADDRESS_LENGTH = 4;
const SLL_ADDRESS = 6;
const SLL_PROTOCOL = 14;

/** Typed window on a LINUX_SLL header. */
export class SllView {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    return end <= bytes.length && end - start >= SLL_HEADER_LENGTH;
  }

  get packetType(): number {
    return readU16(this.#bytes, this.#start + SLL_PACKET_TYPE);
  }

  /** ARPHRD number of the interface (`linux/if_arp.h`). */
  get hardwareType(): number {
    return readU16(this.#bytes, this.#start + SLL_HARDWARE_TYPE);
  }

  /** Length of the full address; at most `COOKED_ADDRESS_LENGTH` bytes are in the header. */
  get addressLength(): number {
    return readU16(this.#bytes, this.#start + SLL_ADDRESS_LENGTH);
  }

  get addressStart(): number {
    return this.#start + SLL_ADDRESS;
  }

  /** EtherType for most hardware types. */
  get protocol(): number {
    return readU16(this.#bytes, this.#start + SLL_PROTOCOL);
  }

  get payloadStart(): number {
    return this.#start + SLL_HEADER_LENGTH;
  }
}

/** Fields of a LINUX_SLL header. */
export interface SllHeader {
  readonly packetType: number;
  readonly hardwareType: number;
  /** Up to `COOKED_ADDRESS_LENGTH` bytes are kept. */
  readonly address: Uint8Array;
  readonly protocol: number;
}

/**
 * Writes a LINUX_SLL header at `out[at]`.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeSll(header: SllHeader, out: Uint8Array, at = 0): number {
  const end = at + SLL_HEADER_LENGTH;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the LINUX_SLL header ends at ${end}`);
  writeU16(out, at + SLL_PACKET_TYPE, header.packetType);
  writeU16(out, at + SLL_HARDWARE_TYPE, header.hardwareType);
  writeU16(out, at + SLL_ADDRESS_LENGTH, header.address.length);
  writeAddress(header.address, out, at + SLL_ADDRESS);
  writeU16(out, at + SLL_PROTOCOL, header.protocol);
  return end;
}

/** Offsets of a LINUX_SLL2 header, and its length. */
export const Sll2Header = {
  protocol: 0,
  interfaceIndex: 4,
  hardwareType: 8,
  packetType: 10,
  addressLength: 11,
  address: 12,
  length: 20,
} as const;

/** Typed window on a LINUX_SLL2 header. */
export class Sll2View {
  #bytes = EMPTY;
  #start = 0;

  /** Points at `bytes[start, end)`. False: too short, do not read. True: getters are in bounds. */
  wrap(bytes: Uint8Array, start: number, end: number): boolean {
    this.#bytes = bytes;
    this.#start = start;
    return end <= bytes.length && end - start >= Sll2Header.length;
  }

  /** EtherType for most hardware types. */
  get protocol(): number {
    return readU16(this.#bytes, this.#start + Sll2Header.protocol);
  }

  get interfaceIndex(): number {
    return readU32(this.#bytes, this.#start + Sll2Header.interfaceIndex);
  }

  /** ARPHRD number of the interface (`linux/if_arp.h`). */
  get hardwareType(): number {
    return readU16(this.#bytes, this.#start + Sll2Header.hardwareType);
  }

  get packetType(): number {
    return readU8(this.#bytes, this.#start + Sll2Header.packetType);
  }

  /** As the sender said it; only `COOKED_ADDRESS_LENGTH` bytes of it are there. */
  get addressLength(): number {
    return readU8(this.#bytes, this.#start + Sll2Header.addressLength);
  }

  get addressStart(): number {
    return this.#start + Sll2Header.address;
  }

  get payloadStart(): number {
    return this.#start + Sll2Header.length;
  }
}

/** Fields of a LINUX_SLL2 header. */
export interface Sll2Header extends SllHeader {
  readonly interfaceIndex: number;
}

/**
 * Writes a LINUX_SLL2 header at `out[at]`.
 * @returns the offset just past the header
 * @throws StackError `ENCODE_OVERFLOW` if `out` is too small
 */
export function encodeSll2(header: Sll2Header, out: Uint8Array, at = 0): number {
  const end = at + Sll2Header.length;
  if (end > out.length) throw new StackError('ENCODE_OVERFLOW', `the LINUX_SLL2 header ends at ${end}`);
  writeU16(out, at + Sll2Header.protocol, header.protocol);
  writeU16(out, at + Sll2Header.protocol + 2, 0);
  writeU32(out, at + Sll2Header.interfaceIndex, header.interfaceIndex);
  writeU16(out, at + Sll2Header.hardwareType, header.hardwareType);
  out[at + Sll2Header.packetType] = header.packetType;
  out[at + Sll2Header.addressLength] = header.address.length;
  writeAddress(header.address, out, at + Sll2Header.address);
  return end;
}

function writeAddress(address: Uint8Array, out: Uint8Array, at: number): void {
  out.fill(0, at, at + COOKED_ADDRESS_LENGTH);
  out.set(address.subarray(0, COOKED_ADDRESS_LENGTH), at);
}
