/**
 * File names of a series: a template with conversions of strftime(3), and `%N` for the file number, for instance
 * `mail-%Y%m%dT%H%M%S-%N.pcap`. @module
 */
import { StackError } from '../../base/errors.ts';

/** Minimum number of digits of `%N`, so that names sort. */
const NUMBER_DIGITS = 5;
/** Extensions that stay at the end when a number is inserted. */
const EXTENSION = /(\.[A-Za-z0-9]{1,8})?(\.(gz|zst))?$/;

/** A time in local time or UTC. */
interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly dayOfYear: number;
  readonly epoch: number;
  /** Minutes east of UTC. */
  readonly offset: number;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Conversions of strftime(3) that are useful in file names and do not depend on the locale. */
const LETTERS: Readonly<Record<string, (moment: Moment) => string>> = {
  Y: ({ year }) => String(year),
  y: ({ year }) => two(year % 100),
  m: ({ month }) => two(month),
  d: ({ day }) => two(day),
  j: ({ dayOfYear }) => String(dayOfYear).padStart(3, '0'),
  H: ({ hour }) => two(hour),
  M: ({ minute }) => two(minute),
  S: ({ second }) => two(second),
  F: ({ year, month, day }) => `${year}-${two(month)}-${two(day)}`,
  T: ({ hour, minute, second }) => `${two(hour)}:${two(minute)}:${two(second)}`,
  s: ({ epoch }) => String(epoch),
  z: ({ offset }) => {
    const minutes = Math.abs(offset);
    return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}${two(minutes % 60)}`;
  },
  '%': () => '%',
};

export interface FileNameOptions {
  /** Use UTC in names. Default: local time, like tcpdump. */
  readonly utc?: boolean;
  /** Insert `-%N` before the extension of a name without `%`, for series of several files. */
  readonly numbered?: boolean;
}

/** A validated template. */
export class FileNameTemplate {
  readonly #text: string;
  readonly #utc: boolean;
  readonly hasNumber: boolean;

  /** @throws StackError `USAGE` for an unknown conversion */
  constructor(text: string, options: FileNameOptions = {}) {
    this.#text = options.numbered === true && !text.includes('%') ? beforeExtension(text, '-%N') : text;
    this.#utc = options.utc ?? false;
    let hasNumber = false;
    for (const [directive, letter = ''] of this.#text.matchAll(/%(.?)/gs)) {
      if (letter === 'N') hasNumber = true;
      else if (!Object.hasOwn(LETTERS, letter)) {
        const known = Object.keys(LETTERS).join(' %');
        throw new StackError(
          'USAGE',
          `${directive} in the file name ${text} is not supported; use %N (file number) %${known}`,
        );
      }
    }
    this.hasNumber = hasNumber;
  }

  /**
   * @param seconds since 1970
   * @param number from 1. Without `%N` in the template a number above 1 is inserted before the extension.
   */
  format(seconds: number, number: number): string {
    const moment = momentOf(seconds, this.#utc);
    const name = this.#text.replace(/%(.)/gs, (_, letter: string) =>
      letter === 'N' ? String(number).padStart(NUMBER_DIGITS, '0') : (LETTERS[letter]?.(moment) ?? ''),
    );
    return this.hasNumber || number === 1 ? name : beforeExtension(name, `-${number}`);
  }
}

/** Inserts `text` before the extensions: `mail.pcap.gz` and `-1` become `mail-1.pcap.gz`. */
export function beforeExtension(path: string, text: string): string {
  const nameStart = path.lastIndexOf('/') + 1;
  const [extension = ''] = EXTENSION.exec(path.slice(nameStart + 1)) ?? [];
  return path.slice(0, path.length - extension.length) + text + extension;
}

function momentOf(seconds: number, utc: boolean): Moment {
  const offset = utc ? 0 : offsetAt(seconds);
  const date = new Date((seconds + offset * 60) * 1000);
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    dayOfYear: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    epoch: Math.floor(seconds),
    offset,
  };
}

/** Minutes that local time is ahead of UTC at a time. */
function offsetAt(seconds: number): number {
  return -new Date(seconds * 1000).getTimezoneOffset();
}

/**
 * Returns the next multiple of `period` on the wall clock after `seconds`: in local time, so that a day begins at
 * midnight even when the clocks change.
 */
export function nextBorder(seconds: number, period: number, utc: boolean): number {
  const start = periodStart(seconds, period, utc);
  const border = periodStart(start + period, period, utc);
  return border > seconds ? border : periodStart(start + 2 * period, period, utc);
}

/** Returns the latest multiple of `period` on the wall clock that is not after `seconds`. */
export function periodStart(seconds: number, period: number, utc: boolean): number {
  const offset = utc ? 0 : offsetAt(seconds) * 60;
  const start = Math.floor((seconds + offset) / period) * period - offset;
  const moved = utc ? start : start + offset - offsetAt(start) * 60;
  return moved <= seconds ? moved : start;
}
