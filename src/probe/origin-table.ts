/**
 * Whose network an address is in, from a local file: the autonomous system, its country and its name. Nothing is ever
 * looked up over the network. The lines of the usual files are understood, one range a line:
 *
 *     192.0.2.0/24 AS64496 Example              prefix, system, name
 *     192.0.2.0/24,64496,"Example, Inc."        the same as CSV (GeoLite2 ASN blocks)
 *     192.0.2.0  24  64496                      prefix, length, system (RouteViews pfx2as)
 *     192.0.2.0  192.0.2.255  64496  ZZ  Example   first, last, system, country, name (iptoasn)
 *
 * @module
 */
import { parseAddress } from '../base/address.ts';
import { readU8 } from '../base/bytes.ts';
import { StackError } from '../base/errors.ts';
import { PrefixTable } from '../base/prefix-table.ts';
import { printable } from '../base/text.ts';

/** What is known of a network. */
export interface Origin {
  /** Number of the autonomous system. */
  readonly asn: number;
  /** Two letters (ISO 3166-1); undefined where the file does not say. */
  readonly country: string | undefined;
  readonly name: string | undefined;
}

const LONGEST_LINE = 4_096;
const LONGEST_NAME = 80;
const COUNTRY = /^[A-Z]{2}$/;
/** Several origins (`64496_64497`, `64496,64497`, `{64496}`): the first one counts. */
const SYSTEM = /^\{?(?:AS)?(\d{1,10})(?:[_,}].*)?$/i;
const LARGEST_SYSTEM = 0xffff_ffff;

export class OriginTable {
  readonly #tables = { 4: new PrefixTable(4), 16: new PrefixTable(16) };
  readonly #origins: Origin[] = [];
  readonly #numbers = new Map<string, number>();
  #lineNumber = 0;

  /** How many ranges there are. */
  get size(): number {
    return this.#tables[4].size + this.#tables[16].size;
  }

  /**
   * Takes one line. Empty ones, comments (`#`) and, before the first range, titles are passed over.
   * @throws StackError `FILE_FORMAT` for a line that is nothing of what the module's page lists
   */
  addLine(line: string): void {
    this.#lineNumber += 1;
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    const range = line.length > LONGEST_LINE ? undefined : parseRange(fieldsOf(text));
    if (range === undefined) {
      if (this.size === 0 && this.#lineNumber === 1) return;
      const shown = printable(text.slice(0, 60));
      throw new StackError('FILE_FORMAT', `line ${this.#lineNumber}: no network and its AS number: ${shown}`);
    }
    if (range.origin.asn === 0) return; // "not routed"
    const table = range.start.length === 4 ? this.#tables[4] : this.#tables[16];
    table.add(range.start, range.end, this.#numberOf(range.origin));
  }

  /** Equal origins are kept once: a million ranges belong to some hundred thousand. */
  #numberOf(origin: Origin): number {
    const key = `${origin.asn} ${origin.country ?? ''} ${origin.name ?? ''}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#origins.length);
    this.#origins.push(origin);
    return this.#origins.length - 1;
  }

  /** After the last line; before the first look. */
  seal(): void {
    this.#numbers.clear();
    this.#tables[4].seal();
    this.#tables[16].seal();
  }

  /** Of an address as text; undefined where the file knows nothing. */
  find(address: string): Origin | undefined {
    const bytes = parseAddress(address);
    if (bytes === undefined) return undefined;
    const found = (bytes.length === 4 ? this.#tables[4] : this.#tables[16]).find(bytes);
    return found === undefined ? undefined : this.#origins[found];
  }
}

/** Columns: by tabs where there are any, by commas outside quotes, or by spaces, when the last one takes all the rest. */
function fieldsOf(text: string): string[] {
  if (text.includes('\t')) return text.split('\t').map((field) => field.trim());
  if (/^[^\s,]+,/.test(text)) {
    return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
      quoted === undefined ? (plain ?? '').trim() : quoted.replaceAll('""', '"'),
    );
  }
  return text.split(/\s+/);
}

interface OriginRange {
  readonly start: Uint8Array;
  readonly end: Uint8Array;
  readonly origin: Origin;
}

function parseRange(fields: readonly string[]): OriginRange | undefined {
  const [first = '', second = '', third = ''] = fields;
  const [network = '', length] = first.split('/');
  const start = parseAddress(network);
  if (start === undefined) return undefined;
  if (length !== undefined) return withOrigin(prefixRange(start, length), fields.slice(1));
  const last = parseAddress(second);
  if (last === undefined) return third === '' ? undefined : withOrigin(prefixRange(start, second), fields.slice(2));
  const isOrdered = last.length === start.length && Buffer.compare(start, last) <= 0;
  return isOrdered ? withOrigin({ start, end: last }, fields.slice(2)) : undefined;
}

function prefixRange(address: Uint8Array, text: string): { start: Uint8Array; end: Uint8Array } | undefined {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(length <= address.length * 8)) return undefined;
  const start = address.slice();
  const end = address.slice();
  for (let at = 0; at < address.length; at += 1) {
    const hostBits = 0xff >>> Math.min(8, Math.max(0, length - at * 8));
    start[at] = readU8(address, at) & ~hostBits;
    end[at] = readU8(address, at) | hostBits;
  }
  return { start, end };
}

function withOrigin(
  range: { start: Uint8Array; end: Uint8Array } | undefined,
  [system = '', ...rest]: readonly string[],
): OriginRange | undefined {
  const asn = Number(SYSTEM.exec(system)?.[1] ?? Number.NaN);
  if (range === undefined || !(asn <= LARGEST_SYSTEM)) return undefined;
  const hasCountry = COUNTRY.test(rest[0] ?? '');
  const name = printable((hasCountry ? rest.slice(1) : rest).join(' ').trim()).slice(0, LONGEST_NAME);
  return { ...range, origin: { asn, country: hasCountry ? rest[0] : undefined, name: name === '' ? undefined : name } };
}
