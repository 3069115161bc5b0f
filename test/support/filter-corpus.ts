/** Reads the shared corpus of filters and captures for the tests of the filter compiler. @module */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LinkType, parseLinkType } from '../../src/base/link-type.ts';
import type { LibpcapOracle, OraclePacket } from './libpcap-oracle.ts';

export interface CorpusRow {
  readonly expression: string;
  readonly dlt: string;
  readonly linkType: LinkType;
  readonly snapLength: number;
  /** Verdict of libpcap 1.10.3 with its optimiser. */
  readonly ok: boolean;
  /** True when the development branch of libpcap gives another verdict; then both are correct. */
  readonly disputed: boolean;
}

export interface CorpusCapture {
  readonly name: string;
  readonly path: string;
  readonly dlt: string;
  readonly packets: readonly OraclePacket[];
}

/** DLT numbers by name. DLT_RAW is 12 on Linux, but LINKTYPE_RAW in files is 101. */
export const DLT_NUMBERS: Readonly<Record<string, number>> = {
  NULL: 0,
  EN10MB: 1,
  RAW: 12,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
};

export function corpusRows(folder: string): readonly CorpusRow[] {
  return readFileSync(join(folder, 'filters.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const row = JSON.parse(line) as { expr: string; dlt: string; snaplen: number; ok: boolean; master_ok?: boolean };
      return {
        expression: row.expr,
        dlt: row.dlt,
        linkType: parseLinkType(row.dlt) ?? LinkType.ethernet,
        snapLength: row.snaplen,
        ok: row.ok,
        disputed: row.master_ok !== undefined,
      };
    });
}

/** Returns the captures that libpcap can read, each of one link type. */
export function corpusCaptures(folder: string, oracle: LibpcapOracle): readonly CorpusCapture[] {
  const [, ...lines] = readFileSync(join(folder, 'pcaps', 'MANIFEST.tsv'), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => line.split('\t'))
    .filter(([, dlt = '', , , , , readable]) => !dlt.includes(',') && readable !== '0')
    .map(([name = '', dlt = '']) => {
      const path = join(folder, 'pcaps', name);
      return { name, path, dlt, packets: oracle.packets(path) };
    });
}
