/**
 * Converts a 64-bit count of ticks to seconds and nanoseconds (draft-ietf-opsawg-pcapng, `if_tsresol` and
 * `if_tsoffset`). Decimal resolutions down to nanoseconds, which all common writers use, need no bigint. @module
 */
import { writeOrdered32 } from './byte-order.ts';

const NANOSECONDS = 1_000_000_000;
const POWER_OF_TWO = 0x80;
const DEFAULT_RESOLUTION = 6;
const HALF = 0x1_0000;
const WORD = 0x1_0000_0000;

/** Converts the timestamps of one interface. */
export class TickScale {
  seconds = 0;
  nanoseconds = 0;
  readonly #offset: number;
  readonly #perSecond: number;
  readonly #exotic: bigint | undefined;

  /**
   * @param resolution `if_tsresol`: a negative power of ten, or of two with the high bit set
   * @param offset `if_tsoffset` in seconds
   */
  constructor(resolution = DEFAULT_RESOLUTION, offset = 0) {
    const exponent = resolution & ~POWER_OF_TWO;
    const isDecimal = (resolution & POWER_OF_TWO) === 0 && exponent <= 9;
    this.#offset = offset;
    this.#perSecond = isDecimal ? 10 ** exponent : 1;
    this.#exotic = isDecimal ? undefined : ((resolution & POWER_OF_TWO) === 0 ? 10n : 2n) ** BigInt(exponent);
  }

  /** The earliest time in seconds. */
  get startSeconds(): number {
    return this.#offset;
  }

  /** Largest time in seconds that 64 bits of ticks reach, exclusive. */
  get endSeconds(): number {
    return 2 ** 64 / Number(this.#exotic ?? this.#perSecond) + this.#offset;
  }

  /**
   * Writes a time as its upper, then its lower 32 bits of ticks; fractions of a tick are cut off.
   * @param seconds at least `if_tsoffset`, below `endSeconds`
   */
  write(out: Uint8Array, at: number, seconds: number, nanoseconds: number, littleEndian: boolean): void {
    const unit = this.#perSecond;
    const whole = seconds - this.#offset;
    if (this.#exotic !== undefined) {
      const ticks = BigInt(whole) * this.#exotic + (BigInt(nanoseconds) * this.#exotic) / BigInt(NANOSECONDS);
      writeOrdered32(out, at, Number(BigInt.asUintN(32, ticks >> 32n)), littleEndian);
      writeOrdered32(out, at + 4, Number(BigInt.asUintN(32, ticks)), littleEndian);
      return;
    }
    const upper = Math.floor(whole / HALF) * unit;
    const lower = (upper % HALF) * HALF + (whole % HALF) * unit + Math.floor(nanoseconds / (NANOSECONDS / unit));
    writeOrdered32(out, at, Math.floor(upper / HALF) + Math.floor(lower / WORD), littleEndian);
    writeOrdered32(out, at + 4, lower % WORD, littleEndian);
  }

  /** Sets `seconds` and `nanoseconds` to the time of `high * 2^32 + low` ticks. */
  set(high: number, low: number): void {
    if (this.#exotic === undefined) this.#setDecimal(high, low);
    else this.#setExotic(this.#exotic, high, low);
  }

  /** Long division, 16 bits per step: every intermediate value stays below 2^53. */
  #setDecimal(high: number, low: number): void {
    const unit = this.#perSecond;
    const first = Math.floor(high / unit);
    const upper = (high % unit) * HALF + (low >>> 16);
    const second = Math.floor(upper / unit);
    const lower = (upper % unit) * HALF + (low & 0xffff);
    const third = Math.floor(lower / unit);
    this.seconds = first * HALF * HALF + second * HALF + third + this.#offset;
    this.nanoseconds = (lower % unit) * (NANOSECONDS / unit);
  }

  #setExotic(unit: bigint, high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(ticks / unit) + this.#offset;
    this.nanoseconds = Number(((ticks % unit) * BigInt(NANOSECONDS)) / unit);
  }
}
