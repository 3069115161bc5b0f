/** `tapline merge` and `tapline split`, beside mergecap and editcap. @module */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildPcap, type PlainFrame, parseAll } from '../support/capture-file.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { corpusFolder, isCorpusShared, requirePeer } from '../support/peers.ts';
import { RICH_FRAMES, richFile } from '../support/rich-pcapng.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function tapline(...words: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
}

/** Frames every `step` milliseconds; the first byte is `mark`. */
function file(mark: number, step: number, count: number, linkType = 1): Uint8Array {
  const records = Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(60).fill(mark);
    bytes[1] = index;
    const milliseconds = index * step;
    const fraction = (milliseconds % 1000) * 1000 + mark; // no two files have frames of the same time
    return [1_700_000_000 + Math.floor(milliseconds / 1000), fraction, 60, 60, bytes] as const;
  });
  return buildPcap({ records, linkType });
}

const timeOf = ({ seconds, nanoseconds }: PlainFrame): bigint => BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
/** Frames without their interface, of which mergecap joins equal ones. */
const plain = (frames: readonly PlainFrame[]) => frames.map(({ interfaceIndex: _, ...frame }) => frame);

describe('merge', () => {
  test('the frames of mergecap, in its order, to PCAP and to PCAPNG', () => {
    const mergecap = requirePeer('mergecap');
    if (mergecap === undefined) return;
    using folder = new TestFolder();
    writeFileSync(folder.file('a.pcap'), file(1, 30, 100));
    writeFileSync(folder.file('b.pcap'), file(2, 70, 40));
    writeFileSync(folder.file('c.pcap'), file(3, 11, 200));
    const inputs = ['a', 'b', 'c'].map((name) => folder.file(`${name}.pcap`));
    expect(spawnSync(mergecap, ['-F', 'pcap', '-w', folder.file('theirs.pcap'), ...inputs]).status).toBe(0);
    const wanted = parseAll(readFileSync(folder.file('theirs.pcap'))).frames;
    for (const name of ['ours.pcap', 'ours.pcapng']) {
      expect(tapline('merge', ...inputs, '-w', folder.file(name))).toMatchObject({ status: 0 });
      expect(plain(parseAll(readFileSync(folder.file(name))).frames)).toEqual(plain(wanted));
    }
  });

  test('interfaces of different link types and names, from PCAP and PCAPNG', () => {
    using folder = new TestFolder();
    writeFileSync(folder.file('raw.pcap'), file(9, 500, 5, 101));
    writeFileSync(folder.file('rich.pcapng'), richFile());
    tapline('merge', folder.file('raw.pcap'), folder.file('rich.pcapng'), '-w', folder.file('out.pcapng'));
    const { frames, parser } = parseAll(readFileSync(folder.file('out.pcapng')));
    expect(frames).toHaveLength(5 + RICH_FRAMES);
    expect(parser.interfaces.map(({ name, linkType }) => [name, linkType])).toEqual(
      expect.arrayContaining([
        [undefined, 101],
        ['eth0', 1],
        ['eth1', 1],
      ]),
    );
    const linkTypes = frames.map(({ interfaceIndex }) => parser.interfaces[interfaceIndex]?.linkType);
    expect(linkTypes.filter((linkType) => linkType === 101)).toHaveLength(5);
    const refused = tapline(
      'merge',
      folder.file('raw.pcap'),
      folder.file('rich.pcapng'),
      '-w',
      folder.file('out.pcap'),
    );
    expect([refused.status, refused.stderr]).toEqual([
      2,
      expect.stringContaining('a PCAP file has a single link type'),
    ]);
    const same = tapline('merge', folder.file('raw.pcap'), '-w', folder.file('raw.pcap'));
    expect([same.status, same.stderr]).toEqual([2, expect.stringContaining('it is a file that is being read')]);
  });

  test('captures of the corpus: all frames, in order of time', () => {
    if (!isCorpusShared) return;
    const names = [
      'made-any-sll2.pcap',
      'made-lo-ether.pcap',
      'made-raw.pcap',
      'tcp-handshake-nano.pcap',
      'made-ng-mixed-linktypes.pcapng',
    ];
    const inputs = names.map((name) => join(corpusFolder(), 'pcaps', name));
    using folder = new TestFolder();
    expect(tapline('merge', ...inputs, '-w', folder.file('out.pcapng'))).toMatchObject({ status: 0 });
    const { frames } = parseAll(readFileSync(folder.file('out.pcapng')));
    const times = frames.map(timeOf);
    expect(times).toEqual([...times].sort((one, other) => (one < other ? -1 : one > other ? 1 : 0)));
    const lineOf = (frame: PlainFrame): string => `${timeOf(frame)} ${frame.wireLength} ${frame.bytes}`;
    const wanted = inputs.flatMap((input) => parseAll(readFileSync(input)).frames.map(lineOf));
    expect(frames.map(lineOf).sort()).toEqual(wanted.sort());
  });
});

describe('split', () => {
  test('by number of frames: the files of editcap -c', () => {
    const editcap = requirePeer('editcap');
    if (editcap === undefined) return;
    using folder = new TestFolder();
    writeFileSync(folder.file('in.pcap'), file(1, 30, 100));
    expect(
      spawnSync(editcap, ['-F', 'pcap', '-c', '30', folder.file('in.pcap'), folder.file('theirs.pcap')]).status,
    ).toBe(0);
    expect(
      tapline('split', folder.file('in.pcap'), '-w', folder.file('ours-%N.pcap'), '--rotate-packets', '30'),
    ).toMatchObject({ status: 0 });
    const filesOf = (start: string): unknown[] =>
      readdirSync(folder.path)
        .filter((name) => name.startsWith(start))
        .sort()
        .map((name) => parseAll(readFileSync(folder.file(name))).frames);
    expect(filesOf('ours')).toHaveLength(4);
    expect(filesOf('ours')).toEqual(filesOf('theirs'));
  });

  test('needs a rotation', () => {
    expect(tapline('split', '/dev/null', '-w', 'x.pcap')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('split needs -w NAME and one of') as string,
    });
  });
});
