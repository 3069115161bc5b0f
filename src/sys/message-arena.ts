/**
 * Memory for `sendmmsg` and `recvmmsg`: headers, I/O vectors, names, control data and payloads of many messages in one
 * buffer that lives as long as its owner. The kernel uses addresses inside these parts, so nothing here may be
 * temporary: memory without a reference in JavaScript is collected, and the kernel would send garbage. Layouts are
 * those of 64-bit Linux, x64 and arm64 alike (`struct mmsghdr`, `msghdr`, `iovec`, `cmsghdr`). @module
 */
import { addressOf, errno, recvmmsg, sendmmsg } from './libc.ts';

/** `struct mmsghdr`: a `msghdr` of 56 bytes, then the number of bytes sent or received. */
const HEADER_SIZE = 64;
const NAME_POINTER = 0;
const NAME_LENGTH = 8;
const VECTOR_POINTER = 16;
const VECTOR_COUNT = 24;
const CONTROL_POINTER = 32;
const CONTROL_LENGTH = 40;
const FLAGS = 48;
const RESULT = 56;
const VECTOR_SIZE = 16;
/** `sockaddr_in6` is 28 bytes; the next multiple of 8. */
const NAME_SIZE = 32;

export interface ArenaShape {
  readonly slots: number;
  /** Largest payload. */
  readonly dataSize: number;
  readonly controlSize: number;
}

export class MessageArena {
  /** The whole arena; all offsets refer to it. */
  readonly bytes: Uint8Array;
  /** The same memory as native `int`s, for the headers, which are aligned. */
  readonly words: Int32Array;
  readonly slots: number;
  readonly dataSize: number;
  readonly controlSize: number;
  readonly #address: bigint;
  readonly #vectors: number;
  readonly #names: number;
  readonly #controls: number;
  readonly #data: number;
  /** Slots whose lengths must be reset: unused so far, or overwritten by the kernel. */
  #used: number;

  constructor({ slots, dataSize, controlSize }: ArenaShape) {
    this.slots = slots;
    this.dataSize = Math.ceil(dataSize / 8) * 8;
    this.controlSize = Math.ceil(controlSize / 8) * 8;
    this.#vectors = slots * HEADER_SIZE;
    this.#names = this.#vectors + slots * VECTOR_SIZE;
    this.#controls = this.#names + slots * NAME_SIZE;
    this.#data = this.#controls + slots * this.controlSize;
    this.bytes = new Uint8Array(new ArrayBuffer(this.#data + slots * this.dataSize));
    this.words = new Int32Array(this.bytes.buffer);
    this.#used = slots;
    this.#address = addressOf(this.bytes);
    const words = new BigUint64Array(this.bytes.buffer);
    for (let slot = 0; slot < slots; slot += 1) {
      const header = (slot * HEADER_SIZE) / 8;
      words[header + NAME_POINTER / 8] = this.#address + BigInt(this.nameAt(slot));
      words[header + VECTOR_POINTER / 8] = this.#address + BigInt(this.#vectors + slot * VECTOR_SIZE);
      words[header + VECTOR_COUNT / 8] = 1n;
      words[header + CONTROL_POINTER / 8] = this.#address + BigInt(this.controlAt(slot));
      words[(this.#vectors + slot * VECTOR_SIZE) / 8] = this.#address + BigInt(this.dataAt(slot));
    }
  }

  /** Offsets of payload, name and control data of a slot. */
  dataAt(slot: number): number {
    return this.#data + slot * this.dataSize;
  }

  nameAt(slot: number): number {
    return this.#names + slot * NAME_SIZE;
  }

  controlAt(slot: number): number {
    return this.#controls + slot * this.controlSize;
  }

  /** Lengths of a message to send. */
  setLengths(slot: number, data: number, name: number, control: number): void {
    const { words } = this;
    const header = slot * HEADER_SIZE;
    words[(header + NAME_LENGTH) >>> 2] = name;
    words[(header + CONTROL_LENGTH) >>> 2] = control;
    words[(this.#vectors + slot * VECTOR_SIZE + 8) >>> 2] = data;
  }

  /** After a receive: bytes of the payload, at most `dataSize`. */
  receivedLength(slot: number): number {
    return this.#headerWord(slot, RESULT);
  }

  receivedNameLength(slot: number): number {
    return this.#headerWord(slot, NAME_LENGTH);
  }

  receivedControlLength(slot: number): number {
    return this.#headerWord(slot, CONTROL_LENGTH);
  }

  receivedFlags(slot: number): number {
    return this.#headerWord(slot, FLAGS);
  }

  #headerWord(slot: number, field: number): number {
    return this.words[(slot * HEADER_SIZE + field) >>> 2] as number;
  }

  /** Receives pending messages, at most one per slot. @returns the number of messages, or the negative errno */
  receive(fd: number, flags: number): number {
    for (let slot = 0; slot < this.#used; slot += 1) this.setLengths(slot, this.dataSize, NAME_SIZE, this.controlSize);
    const count = recvmmsg(fd, this.bytes, this.slots, flags, null);
    this.#used = Math.max(0, count);
    return count < 0 ? -errno() : count;
  }

  /** Sends the messages of `count` slots from `first`. @returns the number sent, or the negative errno of the first */
  send(fd: number, first: number, count: number): number {
    const sent = sendmmsg(fd, this.#address + BigInt(first * HEADER_SIZE), count, 0);
    return sent < 0 ? -errno() : sent;
  }
}
