/**
 * Maps addresses to autonomous systems, from a local file: number, country and name. Nothing is looked up over the
 * network. The lines of the usual files are supported, one range per line:
 *
 *     192.0.2.0/24 AS64496 Example              prefix, AS number, name
 *     192.0.2.0/24,64496,"Example, Inc."        the same as CSV (GeoLite2 ASN blocks)
 *     192.0.2.0  24  64496                      prefix, length, AS number (RouteViews pfx2as)
 *     192.0.2.0  192.0.2.255  64496  ZZ  Example   first, last, AS number, country, name (iptoasn)
 *
 * @module
 */
import { parseAddress } from '../base/address.ts';
import { readU8 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { PrefixTable } from '../base/prefix-table.ts';
import { printable } from '../base/text.ts';

/** The origin of a network. */
export interface Origin {
  /** Number of the autonomous system. */
  readonly asn: number;
  /** Two letters (ISO 3166-1); undefined if the file does not contain it. */
  readonly country: string | undefined;
  readonly name: string | undefined;
}

const MAX_LINE_LENGTH = 4_096;
const MAX_NAME_LENGTH = 80;
const COUNTRY = /^[A-Z]{2}$/;
/** The first of several origins (`64496_64497`, `64496,64497`, `{64496}`). */
const SYSTEM = /^\{?(?:AS)?(\d{1,10})(?:[_,}].*)?$/i;
const MAX_SYSTEM_NUMBER = 0xffff_ffff;

export class OriginTable {
  readonly #tables = { 4: new PrefixTable(4), 16: new PrefixTable(16) };
  readonly #origins: Origin[] = [];
  /** Index by the text after the range: a million ranges have about a hundred thousand origins. */
  readonly #numbers = new Map<string, number>();
  #lineNumber = 0;

  /** Number of ranges. */
  get size(): number {
    return this.#tables[4].size + this.#tables[16].size;
  }

  /**
   * Adds one line. Empty lines, comments (`#`) and a title in the first line are skipped.
   * @throws StackError `FILE_FORMAT` for a line in none of the formats above
   */
  addLine(line: string): void {
    this.#lineNumber += 1;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    const range = line.length > MAX_LINE_LENGTH ? undefined : readRange(text);
    const number = range === undefined ? undefined : this.#numberOf(range.rest, range.separator);
    if (range === undefined || number === undefined) {
      if (this.size === 0 && this.#lineNumber === 1) return;
      const shown = printable(text.slice(0, 60));
      throw new StackError('FILE_FORMAT', `line ${this.#lineNumber}: not a network with an AS number: ${shown}`);
    }
    if (this.#origins[number]?.asn === 0) return; // "not routed"
    (range.start.length === 4 ? this.#tables[4] : this.#tables[16]).add(range.start, range.end, number);
  }

  #numberOf(text: string, separator: Separator): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const origin = readOrigin(separator === ',' ? csvFields(text) : text.split(separator));
    if (origin === undefined) return undefined;
    this.#numbers.set(text, this.#origins.length);
    this.#origins.push(origin);
    return this.#origins.length - 1;
  }

  /** Completes the table. Call it after the last line and before the first `find`. */
  seal(): void {
    this.#numbers.clear();
    this.#tables[4].seal();
    this.#tables[16].seal();
  }

  /** Returns the origin of an address as text; undefined if no range contains it. */
  find(address: string): Origin | undefined {
    const bytes = parseAddress(address);
    if (bytes === undefined) return undefined;
    const found = (bytes.length === 4 ? this.#tables[4] : this.#tables[16]).find(bytes);
    return found === undefined ? undefined : this.#origins[found];
  }
}

type Separator = '\t' | ',' | ' ';

/** The range of a line, and the text after it. */
interface RangeText {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly rest: string;
  readonly separator: Separator;
}

/** Splits at tabs if there are any, at commas if the first column ends in one, otherwise at spaces. */
function readRange(line: string): RangeText | undefined {
  const separator = line.includes('\t') ? '\t' : /^[^\s,]+,/.test(line) ? ',' : ' ';
  const text = separator === ' ' ? line.replaceAll(/\s+/g, ' ') : line;
  const firstEnd = text.indexOf(separator);
  if (firstEnd < 0) return undefined;
  const first = text.slice(0, firstEnd).trimEnd();
  const slash = first.indexOf('/');
  if (slash >= 0) {
    const range = prefixRange(first.slice(0, slash), first.slice(slash + 1));
    return range && { ...range, rest: text.slice(firstEnd + 1), separator };
  }
  const secondEnd = text.indexOf(separator, firstEnd + 1);
  if (secondEnd < 0) return undefined;
  const second = text.slice(firstEnd + 1, secondEnd).trim();
  const isLength = !second.includes('.') && !second.includes(':');
  const range = isLength ? prefixRange(first, second) : orderedRange(first, second);
  return range && { ...range, rest: text.slice(secondEnd + 1), separator };
}

function orderedRange(first: string, last: string): Pick<RangeText, 'start' | 'end'> | undefined {
  const [start, end] = [parseAddress(first), parseAddress(last)];
  if (start === undefined || end === undefined || start.length !== end.length) return undefined;
  for (let at = 0; at < start.length; at += 1) {
    const difference = readU8(end, at) - readU8(start, at);
    if (difference !== 0) return difference > 0 ? { start, end } : undefined;
  }
  return { start, end };
}

function prefixRange(address: string, text: string): Pick<RangeText, 'start' | 'end'> | undefined {
  const start = parseAddress(address);
  const length = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (start === undefined || !(length <= start.length * 8)) return undefined;
  const end = start.slice();
  for (let at = 0; at < start.length; at += 1) {
    const hostBits = 0xff >>> Math.min(8, Math.max(0, length - at * 8));
    start[at] = readU8(start, at) & ~hostBits;
    end[at] = readU8(end, at) | hostBits;
  }
  return { start, end };
}

/** Splits one line of CSV (RFC 4180). */
function csvFields(text: string): string[] {
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'),
  );
}

/** Reads number, country (two capital letters), and the rest as the name. */
function readOrigin([system = '', ...rest]: readonly string[]): Origin | undefined {
  const asn = Number(SYSTEM.exec(system.trim())?.[1] ?? Number.NaN);
  if (!(asn <= MAX_SYSTEM_NUMBER)) return undefined;
  const country = rest[0]?.trim() ?? '';
  const hasCountry = COUNTRY.test(country);
  const name = printable((hasCountry ? rest.slice(1) : rest).join(' ').trim()).slice(0, MAX_NAME_LENGTH);
  return { asn, country: hasCountry ? country : undefined, name: name === '' ? undefined : name };
}
