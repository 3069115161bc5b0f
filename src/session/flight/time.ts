/** Times of PCAPNG blocks as plain numbers: nanoseconds from an epoch near the first one, exact for a hundred days. @module */
import { readU32le } from '../../base/bytes.ts';
import { EnhancedPacket } from '../../pcap/index.ts';

const UPPER = 0x1_0000_0000;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1e6;

export class FlightTime {
  /** The upper word of the first time that was read. */
  #epoch: number | undefined;

  /** Of the block at `bytes[at]`. */
  ofBlock(bytes: Uint8Array, at: number): number {
    const high = readU32le(bytes, at + EnhancedPacket.timeHigh);
    this.#epoch ??= high;
    return (high - this.#epoch) * UPPER + readU32le(bytes, at + EnhancedPacket.timeLow);
  }

  /** @param wallTime milliseconds since 1970 */
  ofWallTime(wallTime: number): number {
    const seconds = Math.floor(wallTime / 1000);
    const rest = Math.round((wallTime - seconds * 1000) * NANOSECONDS_PER_MILLISECOND);
    const time = BigInt(seconds) * NANOSECONDS_PER_SECOND + BigInt(rest);
    this.#epoch ??= Number(time >> 32n);
    return Number(time - (BigInt(this.#epoch) << 32n));
  }

  /** Seconds since 1970, and nanoseconds. */
  split(time: number): { readonly seconds: number; readonly nanoseconds: number } {
    const total = (BigInt(this.#epoch ?? 0) << 32n) + BigInt(time);
    return {
      seconds: Number(total / NANOSECONDS_PER_SECOND),
      nanoseconds: Number(total % NANOSECONDS_PER_SECOND),
    };
  }
}
