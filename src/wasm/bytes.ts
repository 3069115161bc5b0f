/**
 * A growing byte buffer for the WebAssembly binary format, with LEB128 integers (core specification, 5.2.2). @module
 */

export class WasmBytes {
  readonly #bytes: number[] = [];

  get length(): number {
    return this.#bytes.length;
  }

  byte(value: number): this {
    this.#bytes.push(value);
    return this;
  }

  raw(values: ArrayLike<number>): this {
    for (let at = 0; at < values.length; at += 1) this.#bytes.push(values[at] as number);
    return this;
  }

  /** Appends an unsigned LEB128 integer, 0 to 2^32 - 1. */
  unsigned(value: number): this {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.#bytes.push((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#bytes.push(rest);
    return this;
  }

  /** Appends the low 32 bits of `value`, as a signed number, in signed LEB128. */
  signed(value: number): this {
    let rest = value | 0;
    while (rest > 0x3f || rest < -0x40) {
      this.#bytes.push((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    this.#bytes.push(rest & 0x7f);
    return this;
  }

  /** Appends the low 64 bits of `value`, as a signed number, in signed LEB128. */
  signed64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    while (rest > 0x3fn || rest < -0x40n) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#bytes.push(Number(rest & 0x7fn));
    return this;
  }

  /** Appends a name: its length, then its bytes. Names are ASCII. */
  name(text: string): this {
    this.unsigned(text.length);
    for (let at = 0; at < text.length; at += 1) this.#bytes.push(text.charCodeAt(at));
    return this;
  }

  append(other: WasmBytes): this {
    return this.raw(other.#bytes);
  }

  /** Appends the content of `other`, preceded by its length. */
  sized(other: WasmBytes): this {
    return this.unsigned(other.length).raw(other.#bytes);
  }

  toUint8Array(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
