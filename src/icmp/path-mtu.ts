/** The packet size of a traceroute that searches the path MTU. @module */
import { IP_HEADER } from './probe-target.ts';

/** Header of ICMP and UDP, in bytes. */
const TRANSPORT_HEADER = 8;

export class PathMtu {
  readonly #headers: number;
  #size: number | undefined;
  #smallest: number | undefined;

  /** @param size payload bytes of the first probes; undefined: the run does not search */
  constructor(family: 4 | 6, size: number | undefined) {
    this.#headers = IP_HEADER[family] + TRANSPORT_HEADER;
    this.#size = size;
  }

  /** Payload bytes of the next probe. */
  get size(): number | undefined {
    return this.#size;
  }

  /** The smallest MTU reported by a router or by this machine. */
  get smallest(): number | undefined {
    return this.#smallest;
  }

  /** Returns the packet length for a payload; undefined for 0. */
  packetOf(size: number): number | undefined {
    return size === 0 ? undefined : size + this.#headers;
  }

  /** Adopts a reported MTU. @returns true if a probe of `sent` bytes would be smaller now, and is worth a repetition */
  shrink(mtu: number, sent: number): boolean {
    if (mtu > 0) this.#smallest = Math.min(this.#smallest ?? mtu, mtu);
    if (this.#size === undefined) return false;
    const size = mtu - this.#headers;
    if (size > 0 && size < this.#size) this.#size = size;
    return this.#size < sent;
  }
}
