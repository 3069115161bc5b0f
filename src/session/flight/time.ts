/**
 * Converts times of PCAPNG blocks to numbers: nanoseconds since an epoch near the first one, exact for a hundred days.
 * @module
 */
import { readU32le } from '../../base/bytes.ts';
import { EnhancedPacket } from '../../pcap/index.ts';

const UPPER = 0x1_0000_0000;
const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const NANOSECONDS_PER_MILLISECOND = 1e6;

export class FlightTime {
  /** Upper word of the first time read. */
  #epoch: number | undefined;

  /** Returns the time of the block at `bytes[at]`. */
  ofBlock(bytes: Uint8Array, at: number): number {
    const high = readU32le(bytes, at + EnhancedPacket.timeHigh);
    this.#epoch ??= high;
    return (high - this.#epoch) * UPPER + readU32le(bytes, at + EnhancedPacket.timeLow);
  }

  /** Returns the time for a wall time. @param wallTime milliseconds since 1970 */
  ofWallTime(wallTime: number): number {
    const seconds = Math.floor(wallTime / 1000);
    const rest = Math.round((wallTime - seconds * 1000) * NANOSECONDS_PER_MILLISECOND);
    const time = BigInt(seconds) * NANOSECONDS_PER_SECOND + BigInt(rest);
    this.#epoch ??= Number(time >> 32n);
    return Number(time - (BigInt(this.#epoch) << 32n));
  }

  /** Converts to seconds since 1970, and nanoseconds. */
  split(time: number): { readonly seconds: number; readonly nanoseconds: number } {
    const total = (BigInt(this.#epoch ?? 0) << 32n) + BigInt(time);
    return {
      seconds: Number(total / NANOSECONDS_PER_SECOND),
      nanoseconds: Number(total % NANOSECONDS_PER_SECOND),
    };
  }
}
