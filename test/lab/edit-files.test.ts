/** `tapline edit`, beside editcap. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildPcap, parseAll } from '../support/capture-file.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { corpusFolder, requirePeer } from '../support/peers.ts';
import { blocksOf, RICH_FRAMES, richFile } from '../support/rich-pcapng.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function tapline(...words: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });
}

/** Forty frames of seven different contents, a third of a second apart. */
function repetitive(): Uint8Array {
  const records = Array.from({ length: 40 }, (_, index) => {
    const content = (index * index) % 7;
    const bytes = new Uint8Array(60 + content).fill(content);
    const microseconds = index * 333_333;
    const [seconds, rest] = [1_700_000_000 + Math.floor(microseconds / 1e6), microseconds % 1e6];
    return [seconds, rest, bytes.length, bytes.length, bytes] as const;
  });
  return buildPcap({ records });
}

describe('the same frames as editcap', () => {
  test.each([
    [['--frames', '3,5-9,38-'], ['-r'], ['3', '5-9', '38-40']],
    [['--without-frames', '1-4,40'], [], ['1-4', '40']],
    // editcap's window includes the frame itself.
    [['--dedup', '5'], ['-D', '6'], []],
    [['--dedup', '2'], ['-D', '3'], []],
    [['--dedup-time', '1.5'], ['-w', '1.5'], []],
    [['--snap', '61'], ['-s', '61'], []],
    [['--shift', '3600.5'], ['-t', '3600.5'], []],
    [['--shift', '-0.25'], ['-t', '-0.25'], []],
    [
      ['--from', '2023-11-14T22:13:24', '--to', '2023-11-14T22:13:26.5'],
      ['-A', '2023-11-14T22:13:24Z', '-B', '2023-11-14T22:13:26.5Z'],
      [],
    ],
  ])('%j', (ours, theirs, numbers) => {
    const editcap = requirePeer('editcap');
    if (editcap === undefined) return;
    using folder = new TestFolder();
    writeFileSync(folder.file('in.pcap'), repetitive());
    expect(tapline('edit', folder.file('in.pcap'), '-w', folder.file('ours.pcap'), ...ours)).toMatchObject({
      status: 0,
    });
    const words = ['-F', 'pcap', ...theirs, folder.file('in.pcap'), folder.file('theirs.pcap'), ...numbers];
    expect(spawnSync(editcap, words, { encoding: 'utf8' }).status).toBe(0);
    const wanted = parseAll(readFileSync(folder.file('theirs.pcap'))).frames;
    expect(wanted.length).toBeGreaterThan(0);
    expect(parseAll(readFileSync(folder.file('ours.pcap'))).frames).toEqual(wanted);
  });

  test('of a PCAPNG file of the corpus, whose interfaces differ in resolution', () => {
    const path = join(corpusFolder(), 'pcaps', 'made-ng-multi-section.pcapng');
    const file = readFileSync(path);
    using folder = new TestFolder();
    tapline('edit', path, '-w', folder.file('shifted.pcapng'), '--shift', '86400.5', '--snap', '70');
    const shifted = parseAll(readFileSync(folder.file('shifted.pcapng'))).frames;
    const before = parseAll(file).frames;
    expect(shifted.map(({ bytes }) => bytes)).toEqual(before.map(({ bytes }) => bytes.slice(0, 140)));
    for (const [index, { seconds, nanoseconds }] of before.entries()) {
      const wanted =
        seconds === 0 ? [0, 0] : [seconds + 86_400 + (nanoseconds >= 5e8 ? 1 : 0), (nanoseconds + 5e8) % 1e9];
      const found = shifted[index];
      expect(found?.seconds).toBe(wanted[0]);
      expect(Math.abs((found?.nanoseconds ?? 0) - (wanted[1] ?? 0))).toBeLessThan(1000); // one interface counts in 2^-20 s
    }
  });
});

describe('PCAPNG files', () => {
  function edit(...words: readonly string[]): Buffer {
    using folder = new TestFolder();
    writeFileSync(folder.file('in.pcapng'), richFile());
    const { status, stderr } = tapline('edit', folder.file('in.pcapng'), '-w', folder.file('out.pcapng'), ...words);
    expect(stderr).toMatch(/^\d+ frames? written\n$/);
    expect(status).toBe(0);
    return readFileSync(folder.file('out.pcapng'));
  }

  test('an edit that changes nothing leaves all blocks as they are, but for the section lengths', () => {
    const wanted = blocksOf(richFile());
    for (const { type, bytes } of wanted) if (type === 0x0a0d0d0a) bytes.fill(0xff, 16, 24);
    expect(blocksOf(edit())).toEqual(wanted);
  });

  test('comments are added to frames of both byte orders, and removed, and other options stay', () => {
    const added = edit(
      '--comment',
      '2:first of two',
      '--comment',
      '2:second of two',
      '--comment',
      '8:in the other section',
    );
    const dropped = edit('--drop-comments', '--comment', '1:only this');
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    using folder = new TestFolder();
    const comments = (file: Buffer): string[] => {
      writeFileSync(folder.file('x.pcapng'), file);
      const words = [
        '-r',
        folder.file('x.pcapng'),
        '-Y',
        'frame.comment',
        '-T',
        'fields',
        '-e',
        'frame.comment',
        '-e',
        'frame.drop_count',
      ];
      return spawnSync(tshark, words, { encoding: 'utf8' }).stdout.trimEnd().split('\n');
    };
    expect(comments(added)).toContain('first of two,second of two\t');
    expect(comments(added)).toContain('in the other section\t');
    expect(comments(added)).toContain('packet remark three\t');
    expect(comments(dropped)).toEqual(['only this\t7']);
    for (const file of [added, dropped]) expect(parseAll(file).frames).toHaveLength(RICH_FRAMES);
  });

  test('a cut simple packet becomes an enhanced one', () => {
    const types = (file: Buffer): number[] => blocksOf(file).map(({ type }) => type);
    expect(types(edit())).toContain(3);
    const cut = edit('--snap', '10');
    expect(types(cut)).not.toContain(3);
    expect(parseAll(cut).frames.map(({ bytes }) => bytes.length)).toEqual(Array(RICH_FRAMES).fill(20));
  });
});

test.each([
  [['--comment', 'x'], '--comment takes the number of a frame and a text'],
  [['--frames', '5-2'], '--frames takes numbers and ranges'],
  [['--shift', 'soon'], '--shift takes a number of seconds'],
  [['--comment', '1:text'], 'only PCAPNG files hold comments'],
])('%j is refused', (words, message) => {
  using folder = new TestFolder();
  writeFileSync(folder.file('in.pcap'), repetitive());
  const { status, stderr } = tapline('edit', folder.file('in.pcap'), '-w', folder.file('out.pcap'), ...words);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});
