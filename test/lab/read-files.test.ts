/** `tapline read` and PCAPNG files: comments in its lines, ranges of time, lossless rewriting. @module */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseAll } from '../support/capture-file.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { corpusFolder, requirePeer } from '../support/peers.ts';
import { RICH_FRAMES, richFile, SECRET_TEXTS } from '../support/rich-pcapng.ts';

/** Files that tshark reads differently, see docs/files.md; test/pcap/corpus.test.ts compares them with libpcap. */
const READ_DIFFERENTLY = ['made-caplen-gt-snaplen.pcap', 'made-usec-overflow.pcap'];

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

function run(words: readonly string[], input?: Uint8Array): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', input, env: { ...process.env, TZ: 'UTC' } });
}

/** A folder with the rich file as `in.pcapng`. */
function richFolder(): TestFolder {
  const folder = new TestFolder();
  writeFileSync(folder.file('in.pcapng'), richFile());
  return folder;
}

describe('lines', () => {
  test('comments and drop counts, with control characters made visible', () => {
    using folder = richFolder();
    const { stdout, stderr, status } = run(['read', folder.file('in.pcapng'), '-t']);
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(RICH_FRAMES);
    expect(lines[0]).toMatch(
      / \[comment: packet remark one\] \[comment: packet remark two\^J\^\[\[31m\] \[7 dropped before\]$/,
    );
    expect(lines[2]).toMatch(/ \[5 dropped before\]$/);
    expect(stderr).toContain('\nsection comment: section remark\ninterface eth0 comment: interface remark\n');
    expect(stderr).toContain('\nsection comment: second remark\n');
  });

  test('a comment precedes the dump of the bytes', () => {
    using folder = richFolder();
    const { stdout } = run(['read', folder.file('in.pcapng'), '-x', '-c', '1']);
    expect(stdout).toMatch(/^[^\n]*\[comment: packet remark one\][^\n]*\n\t0x0000: /);
  });

  test('--no-comments', () => {
    using folder = richFolder();
    const { stdout, stderr } = run(['read', folder.file('in.pcapng'), '--no-comments']);
    expect(stdout + stderr).not.toMatch(/comment|remark|dropped/);
    expect(stdout.trimEnd().split('\n')).toHaveLength(RICH_FRAMES);
  });

  test('the comments are those that tshark prints', () => {
    const tshark = requirePeer('tshark');
    if (tshark === undefined) return;
    using folder = richFolder();
    const fields = [
      '-T',
      'fields',
      '-e',
      'frame.comment',
      '-e',
      'frame.drop_count',
      '-Y',
      'frame.time_epoch || frame.len > 20',
    ];
    const theirs = spawnSync(tshark, ['-r', folder.file('in.pcapng'), ...fields], { encoding: 'utf8' }).stdout;
    const wanted = Array.from(theirs.matchAll(/packet remark \w+/g), ([remark]) => remark);
    expect(wanted).toHaveLength(6);
    const { stdout } = run(['read', folder.file('in.pcapng')]);
    expect(Array.from(stdout.matchAll(/packet remark \w+/g), ([remark]) => remark)).toEqual(wanted);
  });
});

describe('-w to PCAPNG', () => {
  test('without a filter the output equals the input: from a file, gzip, and standard input', () => {
    using folder = richFolder();
    writeFileSync(folder.file('in.gz'), gzipSync(richFile()));
    for (const [name, input] of [['in.pcapng'], ['in.gz'], ['-', richFile()]] as const) {
      const from = name === '-' ? name : folder.file(name);
      expect(run(['read', from, '-w', folder.file('out.pcapng')], input)).toMatchObject({ status: 0 });
      expect(readFileSync(folder.file('out.pcapng')).equals(richFile()), name).toBe(true);
    }
  });

  test('with a filter, names, secrets and comments are kept; --strip drops them', () => {
    using folder = richFolder();
    run(['read', folder.file('in.pcapng'), '-w', folder.file('kept.pcapng'), 'ether[0] == 7']);
    const kept = readFileSync(folder.file('kept.pcapng'));
    expect(parseAll(kept).frames).toHaveLength(1);
    for (const text of SECRET_TEXTS) expect(kept.includes(text), text).toBe(true);
    run(['read', folder.file('in.pcapng'), '-w', folder.file('bare.pcapng'), '--strip']);
    const bare = readFileSync(folder.file('bare.pcapng'));
    expect(parseAll(bare).frames).toEqual(parseAll(richFile()).frames);
    for (const text of SECRET_TEXTS) expect(bare.includes(text), text).toBe(false);
  });

  const pcaps = join(corpusFolder(), 'pcaps');
  test.each(readdirSync(pcaps).filter((name) => /\.pcap(ng)?$/.test(name) && !READ_DIFFERENTLY.includes(name)))(
    '%s: tshark reads the same from the copy',
    (name) => {
      const tshark = requirePeer('tshark');
      if (tshark === undefined) return;
      using folder = new TestFolder();
      run(['read', join(pcaps, name), '-w', folder.file('copy.pcapng')]);
      const fields = [
        'frame.time_epoch',
        'frame.len',
        'frame.cap_len',
        'frame.comment',

        'eth.src',
        'ip.id',
      ];
      const read = (path: string): string[] => {
        const words = ['-r', path, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
        return spawnSync(tshark, words, { encoding: 'utf8' }).stdout.trimEnd().split('\n');
      };
      const theirs = read(join(pcaps, name));
      const ours = read(folder.file('copy.pcapng'));
      expect(ours).toEqual(theirs);
    },
  );
});

describe('selections', () => {
  /** Frames at 2023-11-14T22:13:20 UTC and 0.5, 1, 1.5 … seconds later; the first byte is the number. */
  function timedFolder(): TestFolder {
    const folder = new TestFolder();
    const bytes = Buffer.alloc(24 + 10 * 76);
    bytes.writeUInt32LE(0xa1b2c3d4, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeUInt16LE(4, 6);
    bytes.writeUInt32LE(65_535, 16);
    bytes.writeUInt32LE(1, 20);
    for (let index = 0; index < 10; index += 1) {
      const at = 24 + index * 76;
      bytes.writeUInt32LE(1_700_000_000 + Math.floor(index / 2), at);
      bytes.writeUInt32LE((index % 2) * 500_000, at + 4);
      bytes.writeUInt32LE(60, at + 8);
      bytes.writeUInt32LE(60, at + 12);
      bytes[at + 16] = index;
    }
    writeFileSync(folder.file('in.pcap'), bytes);
    return folder;
  }

  test.each([
    [
      ['--from', '+1'],
      [2, 3, 4, 5, 6, 7, 8, 9],
    ],
    [
      ['--from', '+1', '--to', '+2.5'],
      [2, 3, 4],
    ],
    [
      ['--from', '2023-11-14T22:13:22.5'],
      [5, 6, 7, 8, 9],
    ],
    [
      ['--from', '2023-11-14T23:13:22.5+01:00', '--to', '@1700000003.5'],
      [5, 6],
    ],
    [['--from', '22:13:24', '--skip', '1'], [9]],
    [
      ['--to', '2023-11-14T22:13:21Z'],
      [0, 1],
    ],
    [
      ['--skip', '7'],
      [7, 8, 9],
    ],
    [
      ['--skip', '2', '-c', '2', '--from', '+1'],
      [4, 5],
    ],
    [
      ['--skip', '1', 'ether[0] > 6'],
      [8, 9],
    ],
    [['--from', '2024-01-01'], []],
  ])('%j', (words, numbers) => {
    using folder = timedFolder();
    const run1 = run(['read', folder.file('in.pcap'), '-w', folder.file('out.pcap'), ...words]);
    expect(run1.stderr).not.toContain('tapline:');
    const found = parseAll(readFileSync(folder.file('out.pcap'))).frames.map(({ bytes }) =>
      Number.parseInt(bytes.slice(0, 2), 16),
    );
    expect(found).toEqual(numbers);
  });

  test.each(['yesterday', '+', '2023-13-40T00:00', '25:00', '-1'])('--from %s is refused', (text) => {
    const { status, stderr } = run(['read', '/dev/null', `--from=${text}`]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^tapline: --from takes a date and time /);
  });
});

describe('info', () => {
  test('text, with status 6 for a damaged file and 1 for one that cannot be opened; the other files are reported', () => {
    using folder = richFolder();
    writeFileSync(folder.file('cut.pcapng'), richFile().subarray(0, -3));
    const { status, stdout, stderr } = run([
      'info',
      folder.file('none'),
      folder.file('in.pcapng'),
      folder.file('cut.pcapng'),
    ]);
    expect(status).toBe(6);
    expect(stderr).toBe(`tapline: cannot open ${folder.file('none')}: no such file or directory\n`);
    expect(stdout).toContain(`file                  ${folder.file('in.pcapng')}\n`);
    expect(stdout).toMatch(/^integrity {13}intact$/m);
    expect(stdout).toMatch(
      /^integrity {13}damaged: at offset \d+: the file ends in a block: \d+ bytes expected, \d+ left$/m,
    );
    expect(stdout).toContain('comment on frame 1    packet remark two^J^[[31m\n');
    expect(run(['info', folder.file('none')]).status).toBe(1);
  });

  test('JSON, one object per line; the hash is that of capinfos', () => {
    using folder = richFolder();
    const { stdout } = run(['info', '--json', '--hash', folder.file('in.pcapng'), folder.file('in.pcapng')]);
    const objects = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(objects).toHaveLength(2);
    expect(objects[0]).toMatchObject({ frames: RICH_FRAMES, format: 'pcapng', dropsBetweenFrames: 32 });
    const capinfos = requirePeer('capinfos');
    if (capinfos === undefined) return;
    const theirs = spawnSync(capinfos, ['-H', folder.file('in.pcapng')], { encoding: 'utf8' }).stdout;
    expect(theirs).toContain(`SHA256:              ${objects[0]?.['sha256']}\n`);
  });
});
