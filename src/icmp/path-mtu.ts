/** The size of a run's packets while it looks for the MTU of the path: as large as routers let them be. @module */
import { IP_HEADER } from './probe-target.ts';

/** Of ICMP and UDP; SYNs have one size only. */
const TRANSPORT_HEADER = 8;

export class PathMtu {
  readonly #headers: number;
  #size: number | undefined;
  #smallest: number | undefined;

  /** @param size payload bytes of the first probes; undefined: the run does not look for the MTU */
  constructor(family: 4 | 6, size: number | undefined) {
    this.#headers = IP_HEADER[family] + TRANSPORT_HEADER;
    this.#size = size;
  }

  /** Payload bytes of the next probe. */
  get size(): number | undefined {
    return this.#size;
  }

  /** The smallest MTU that anyone named. */
  get smallest(): number | undefined {
    return this.#smallest;
  }

  /** The packet around a payload; undefined for none. */
  packetOf(size: number): number | undefined {
    return size === 0 ? undefined : size + this.#headers;
  }

  /** Takes a named MTU over. @returns true when a probe of `sent` bytes would be smaller now, so that it is worth another */
  shrink(mtu: number, sent: number): boolean {
    if (mtu > 0) this.#smallest = Math.min(this.#smallest ?? mtu, mtu);
    if (this.#size === undefined) return false;
    const size = mtu - this.#headers;
    if (size > 0 && size < this.#size) this.#size = size;
    return this.#size < sent;
  }
}
