/** Timestamps in the six styles of tcpdump. @module */
import type { PacketPrintOptions } from './options.ts';

const NANOSECONDS = 1_000_000_000;
const SECONDS_PER_DAY = 86_400;

/** Formats timestamps; keeps the first and the previous one, for the styles that print differences. */
export class TimePrinter {
  readonly #options: PacketPrintOptions;
  readonly #isNano: boolean;
  #cachedSecond = Number.NaN;
  #cachedText = '';
  #reference: { readonly seconds: number; readonly nanoseconds: number } | undefined;

  constructor(options: PacketPrintOptions) {
    this.#options = options;
    this.#isNano = options.timestampPrecision === 'nano';
  }

  /** The timestamp and a space; empty for `none`. */
  format(seconds: number, nanoseconds: number): string {
    switch (this.#options.time ?? 'clock') {
      case 'none':
        return '';
      case 'epoch':
        return `${seconds}.${this.#fraction(nanoseconds)} `;
      case 'sincePrevious':
      case 'sinceFirst':
        return `${this.#difference(seconds, nanoseconds)} `;
      default:
        return this.#calendar(seconds, nanoseconds);
    }
  }

  #calendar(seconds: number, nanoseconds: number): string {
    const second = this.#wholeSecond(seconds);
    return second === '' ? '[Error converting time] ' : `${second}.${this.#fraction(nanoseconds)} `;
  }

  #fraction(nanoseconds: number): string {
    return this.#isNano
      ? String(nanoseconds).padStart(9, '0')
      : String(Math.trunc(nanoseconds / 1000)).padStart(6, '0');
  }

  /** Caches the text of one second: captures have many frames a second, and formatting dates is slow. */
  #wholeSecond(seconds: number): string {
    if (seconds !== this.#cachedSecond) {
      this.#cachedSecond = seconds;
      this.#cachedText = this.#formatSecond(seconds);
    }
    return this.#cachedText;
  }

  #formatSecond(seconds: number): string {
    const date = new Date(seconds * 1000);
    if (Number.isNaN(date.getTime())) return ''; // beyond the range of dates
    const isUtc = this.#options.timeZone === 'utc';
    const clock = isUtc
      ? [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
      : [date.getHours(), date.getMinutes(), date.getSeconds()];
    const time = clock.map(twoDigits).join(':');
    if (this.#options.time !== 'date') return time;
    const day = isUtc
      ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
      : [date.getFullYear(), date.getMonth() + 1, date.getDate()];
    return `${day.map(twoDigits).join('-')} ${time}`;
  }

  /** A space, or a minus if the frame is older than the reference, then the difference. */
  #difference(seconds: number, exactNanoseconds: number): string {
    // Digits that are not printed do not count: printed differences add up to the printed time.
    const nanoseconds = this.#isNano ? exactNanoseconds : exactNanoseconds - (exactNanoseconds % 1000);
    const reference = this.#reference ?? { seconds, nanoseconds };
    if (this.#reference === undefined || this.#options.time === 'sincePrevious') {
      this.#reference = { seconds, nanoseconds };
    }
    let wholeSeconds = seconds - reference.seconds;
    let rest = nanoseconds - reference.nanoseconds;
    const isNegative = wholeSeconds < 0 || (wholeSeconds === 0 && rest < 0);
    if (isNegative) [wholeSeconds, rest] = [-wholeSeconds, -rest];
    if (rest < 0) [wholeSeconds, rest] = [wholeSeconds - 1, rest + NANOSECONDS];
    const days = Math.trunc(wholeSeconds / SECONDS_PER_DAY);
    const clock = [wholeSeconds / 3600, (wholeSeconds / 60) % 60, wholeSeconds % 60];
    if (days > 0) clock[0] = (wholeSeconds / 3600) % 24;
    const time = clock.map((part) => twoDigits(Math.trunc(part))).join(':');
    const dayText = days > 0 ? `${days} day${days === 1 ? '' : 's'} ` : '';
    return `${isNegative ? '-' : ' '}${dayText}${time}.${this.#fraction(rest)}`;
  }
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
