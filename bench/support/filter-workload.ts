/** Filters and Ethernet frames for the filter benches: the shared corpus, or a small built-in set. @module */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LinkType } from '../../src/base/link-type.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { ROOT } from './suite.ts';

export interface FilterWorkload {
  readonly expressions: readonly string[];
  readonly frames: readonly { readonly bytes: Uint8Array; readonly wireLength: number }[];
}

/** Typical filters, from short to long. */
export const NAMED_EXPRESSIONS: readonly string[] = [
  'ip',
  'host 10.1.1.1',
  'ip host 10.1.1.1 or ip host 10.1.1.2',
  'tcp port 25',
  'tcp port 25 and host 10.1.1.1',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
  'not (net 192.168.0.0/16 or port 22)',
  'ip6 protochain 6',
];

interface CorpusRow {
  readonly expr: string;
  readonly dlt: string;
  /** Verdict of libpcap 1.10.3. */
  readonly ok: boolean;
  /** Present when the development branch of libpcap gives another verdict. */
  readonly master_ok?: boolean;
}

const CORPUS = new URL('../shared/corpus/', ROOT);

/** Returns all Ethernet expressions and frames of the corpus, or the built-in set without one. */
export async function filterWorkload(): Promise<FilterWorkload> {
  if (!existsSync(CORPUS)) {
    process.stderr.write('corpus not found; using the built-in filters and frames\n');
    return { expressions: NAMED_EXPRESSIONS, frames: builtInFrames() };
  }
  const rows = readFileSync(new URL('filters.jsonl', CORPUS), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CorpusRow);
  const ethernet = rows.filter((row) => row.dlt === 'EN10MB' && row.ok && row.master_ok === undefined);
  return { expressions: ethernet.map((row) => row.expr), frames: await corpusFrames() };
}

async function corpusFrames(): Promise<FilterWorkload['frames']> {
  const folder = new URL('pcaps/', CORPUS);
  const frames: { bytes: Uint8Array; wireLength: number }[] = [];
  for (const name of readdirSync(folder).sort()) {
    if (!/\.pcap(ng)?$/.test(name)) continue;
    try {
      await using source = await openFile(fileURLToPath(new URL(name, folder)));
      if (source.linkType !== LinkType.ethernet) continue;
      for await (const { bytes, wireLength } of source.packets()) frames.push({ bytes, wireLength });
    } catch {
      // Some files are damaged on purpose; the frames read before the error count.
    }
  }
  return frames;
}

/** Returns frames with TCP, UDP, ARP and IPv6 headers in turn, 128 bytes each. */
function builtInFrames(): FilterWorkload['frames'] {
  const heads = [
    [0x08, 0x00, 0x45, 0, 0, 100, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 1, 1, 1, 10, 1, 1, 2, 0, 25, 0x40, 0],
    [0x08, 0x00, 0x45, 0, 0, 100, 0, 0, 0x40, 0, 64, 17, 0, 0, 192, 168, 1, 1, 10, 1, 1, 3, 0, 53, 0x40, 0],
    [0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, 1],
    [0x86, 0xdd, 0x60, 0, 0, 0, 0, 60, 6, 64],
  ];
  return Array.from({ length: 1024 }, (_, index) => {
    const bytes = new Uint8Array(128);
    bytes.set(heads[(index * 7) % heads.length] ?? [], 12);
    return { bytes, wireLength: bytes.length };
  });
}
