/** The input of a reader. @module */
import { EMPTY } from '../base/bytes.ts';

const CHUNK_LENGTH = 64 * 1024;

/** Reads bytes in order, from a file, a pipe or a decompressor. */
export interface ByteSource {
  /** Reads into the beginning of `into`. @returns number of bytes read; 0 at the end */
  read(into: Uint8Array): Promise<number>;
  close(): Promise<void>;
}

/** A source that accepts bytes back. */
export class PushbackSource implements ByteSource {
  readonly #source: ByteSource;
  #rest: Uint8Array = EMPTY;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#rest.length === 0) return this.#source.read(into);
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  /** Reads the next chunk, of any length; an empty one at the end. */
  async next(): Promise<Uint8Array> {
    if (this.#rest.length > 0) {
      const rest = this.#rest;
      this.#rest = EMPTY;
      return rest;
    }
    const chunk = new Uint8Array(CHUNK_LENGTH);
    return chunk.subarray(0, await this.#source.read(chunk));
  }

  /** Puts back the end of the last chunk. The next read begins with it. */
  putBack(rest: Uint8Array): void {
    this.#rest = rest;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
