/** Every capture of the corpus: the number of frames in the manifest, the bytes and times of libpcap or tshark. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAll } from '../support/capture-file.ts';
import { corpusFolder, isCorpusShared, requirePeer } from '../support/peers.ts';

const folder = join(corpusFolder(), 'pcaps');
const manifest = readManifest(join(folder, 'MANIFEST.tsv'));
/** Files that libpcap does not read completely. */
const BY_TSHARK = isCorpusShared
  ? ['made-ng-multi-section.pcapng', 'made-ng-mixed-linktypes.pcapng', 'time_2106_overflow.pcapng']
  : ['own-mixed.pcapng'];

/** Error codes by the feature that the file covers. */
const EXPECTED_CODE: Readonly<Record<string, string>> = {
  'made-caplen-huge.pcap': 'FILE_FORMAT',
  'made-cut-in-record.pcap': 'FILE_TRUNCATED',
  'own-cut.pcap': 'FILE_TRUNCATED',
  'made-ng-bad-ifid.pcapng': 'FILE_FORMAT',
  'made-ng-bad-trailer.pcapng': 'FILE_FORMAT',
  'made-ng-cut.pcapng': 'FILE_TRUNCATED',
};

interface ManifestLine {
  readonly file: string;
  readonly packets: number;
  readonly packetsOfLibpcap: number;
}

function readManifest(path: string): ManifestLine[] {
  const [head, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const columns = (head ?? '').split('\t');
  const cell = (line: string, name: string): string => line.split('\t')[columns.indexOf(name)] ?? '';
  return lines.map((line) => ({
    file: cell(line, 'file'),
    packets: Number(cell(line, 'packets')),
    packetsOfLibpcap: Number(cell(line, 'packets_libpcap')),
  }));
}

/** libpcap multiplies microseconds in 32 bits, which overflows; tapline carries into the seconds (pcap-parser.test.ts). */
const TIME_DIFFERS = 'made-usec-overflow.pcap';

/** Returns records as read by libpcap: `tcpdump -w -` converts any file into nanosecond PCAP. */
function recordsOfTcpdump(tcpdump: string, path: string): string[] {
  const bytes = spawnSync(tcpdump, ['-r', path, '-w', '-', '--time-stamp-precision=nano'], {
    maxBuffer: 1 << 26,
  }).stdout;
  const records: string[] = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const [seconds, nanoseconds, captured, wire] = [0, 4, 8, 12].map((offset) => bytes.readUInt32LE(at + offset)) as [
      number,
      number,
      number,
      number,
    ];
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    records.push(`${time} ${wire} ${bytes.toString('hex', at + 16, at + 16 + captured)}`);
    at += 16 + captured;
  }
  return records;
}

describe('the corpus', () => {
  test.each(manifest)('$file', ({ file, packets, packetsOfLibpcap }) => {
    const path = join(folder, file);
    const { frames, code } = parseAll(readFileSync(path), 4096);
    expect(frames.length).toBe(packets);
    expect(code).toBe(EXPECTED_CODE[file]);
    const tcpdump = requirePeer('tcpdump');
    if (tcpdump === undefined || packetsOfLibpcap < packets) return; // libpcap refuses mixed files; tshark reads them, below
    const ours = frames.map((frame) => {
      const seconds = BigInt(frame.seconds) & 0xffff_ffffn; // tcpdump cannot write times after 2106
      return `${seconds * 1_000_000_000n + BigInt(frame.nanoseconds)} ${frame.wireLength} ${frame.bytes}`;
    });
    const untimed = (record: string): string => (file === TIME_DIFFERS ? record.replace(/^\d+ /, '') : record);
    expect(ours.map(untimed)).toEqual(recordsOfTcpdump(tcpdump, path).map(untimed));
  });

  test.each(BY_TSHARK)('%s agrees with tshark', (file) => {
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    const path = join(folder, file);
    const fields = [
      '-T',
      'fields',
      '-e',
      'frame.time_epoch',
      '-e',
      'frame.cap_len',
      '-e',
      'frame.len',
      '-e',
      'frame.encap_type',
    ];
    const lines = spawnSync(tshark, ['-r', path, '-Y', 'not frame.file_off < 0 and frame.len > 0', ...fields], {
      encoding: 'utf8',
    }).stdout;
    // tshark counts custom blocks as records, without the encapsulation of any link type.
    const theirs = lines
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .filter((cells) => cells.length === 4 && cells[0] !== '' && cells[1] !== '')
      .map((cells) => cells.slice(0, 3).join(' '));
    const { frames } = parseAll(readFileSync(path));
    const ours = frames.map((frame) => {
      const fraction = String(frame.nanoseconds).padStart(9, '0');
      return `${frame.seconds}.${fraction} ${frame.bytes.length / 2} ${frame.wireLength}`;
    });
    const missing = ours.filter((line) => !line.startsWith('0.000000000 ') && !theirs.includes(line));
    expect(missing).toEqual([]);
  });
});
