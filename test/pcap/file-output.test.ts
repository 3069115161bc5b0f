/** Who can read the files that are written, and which files root does not write to. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkOutputFile, type FileSinkOptions, openOutputFile } from '../../src/pcap/file-output.ts';
import { DescriptorSink } from '../../src/pcap/file-sink.ts';

const isRoot = process.geteuid?.() === 0;
/** A user and a group that are not ours. A user namespace may have only one of each. */
const OTHER = 12_345;
const hasOthers = isRoot && readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)[2] !== '1';

let folder: string;
let umask: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapline-test-'));
  umask = process.umask(0o027);
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

async function write(path: string, options: FileSinkOptions = {}): Promise<void> {
  const sink = new DescriptorSink(openOutputFile(path, options, 'any'));
  sink.write(Uint8Array.of(1, 2, 3));
  await sink.close();
}

describe('mode and group', () => {
  test.each([
    ['by default', {}, '600'],
    ['as asked, whatever the umask', { mode: 0o666 }, '666'],
    ['for a group', { group: process.getegid?.() ?? 0 }, '640'],
    ['both', { group: process.getegid?.() ?? 0, mode: 0o660 }, '660'],
  ])('%s, of a new file and of one that exists', async (_, options, mode) => {
    await write(at('new'), options);
    writeFileSync(at('old'), 'longer than three bytes', { mode: 0o666 });
    chmodSync(at('old'), 0o666);
    await write(at('old'), options);
    expect([modeOf(at('new')), modeOf(at('old'))]).toEqual([mode, mode]);
    expect(readFileSync(at('old'))).toEqual(Buffer.of(1, 2, 3));
  });

  test.runIf(hasOthers)('another group', async () => {
    await write(at('a'), { group: OTHER });
    expect([statSync(at('a')).gid, modeOf(at('a'))]).toEqual([OTHER, '640']);
  });

  test.runIf(hasOthers)('a file of another user keeps its own, unless asked', async () => {
    writeFileSync(at('a'), 'x');
    chmodSync(at('a'), 0o664);
    chownSync(at('a'), OTHER, OTHER);
    await write(at('a'));
    expect([modeOf(at('a')), readFileSync(at('a')).length]).toEqual(['664', 3]);
    await write(at('a'), { mode: 0o600 });
    expect(modeOf(at('a'))).toBe('600');
  });

  test('devices and pipes are left as they are', async () => {
    const device = modeOf('/dev/null');
    await write('/dev/null', { mode: 0o640 });
    expect(modeOf('/dev/null')).toBe(device);
    execFileSync('mkfifo', ['-m', '666', at('pipe')]);
    const reader = openSync(at('pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    await write(at('pipe'));
    expect(readFileSync(reader)).toEqual(Buffer.of(1, 2, 3));
    closeSync(reader);
    expect(modeOf(at('pipe'))).toBe('666');
  });
});

describe.runIf(isRoot).each([
  ['sticky, for all', 0o1777],
  ['of a group', 0o770],
])('root in a folder that others can write to: %s', (_, mode) => {
  beforeEach(() => chmodSync(folder, mode));

  test('follows no link, whether a file is there or not', async () => {
    mkdirSync(at('inner'));
    writeFileSync(at('inner/victim'), 'precious');
    symlinkSync(at('inner/victim'), at('link'));
    symlinkSync(at('inner/none'), at('dangling'));
    symlinkSync('/dev/null', at('device'));
    for (const name of ['link', 'dangling', 'device']) {
      const why = 'it is a symbolic link, and other users can write to its folder; name the file that it points to';
      await expect(write(at(name))).rejects.toMatchObject({
        code: 'FILE_CREATE',
        message: `cannot create ${at(name)}: ${why}`,
      });
    }
    expect(readFileSync(at('inner/victim'), 'utf8')).toBe('precious');
    expect(readdirSync(at('inner'))).toEqual(['victim']);
  });

  test('writes to no second name of a file', async () => {
    mkdirSync(at('inner'));
    writeFileSync(at('inner/victim'), 'precious');
    linkSync(at('inner/victim'), at('link'));
    await expect(write(at('link'))).rejects.toThrow('it has 2 hard links, and other users can write to its folder');
    expect(() => openOutputFile(at('link'), {}, 'file')).toThrow(expect.objectContaining({ code: 'FILE_EXISTS' }));
    expect(readFileSync(at('inner/victim'), 'utf8')).toBe('precious');
  });

  test.runIf(hasOthers)('writes to no file of another user', async () => {
    writeFileSync(at('a'), 'bait');
    chownSync(at('a'), OTHER, OTHER);
    await expect(write(at('a'))).rejects.toThrow(
      `it belongs to user ${OTHER}, and other users can write to its folder; delete it or choose another name`,
    );
    expect(() => openOutputFile(at('a'), {}, 'file')).toThrow(expect.objectContaining({ code: 'FILE_EXISTS' }));
    expect(readFileSync(at('a'), 'utf8')).toBe('bait');
  });

  test('writes to files of its own, and to a pipe', async () => {
    writeFileSync(at('own'), 'old');
    await write(at('own'));
    await write(at('new'));
    expect([readFileSync(at('own')).length, readFileSync(at('new')).length]).toEqual([3, 3]);
    execFileSync('mkfifo', [at('pipe')]);
    const reader = openSync(at('pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    await write(at('pipe'));
    expect(readFileSync(reader)).toEqual(Buffer.of(1, 2, 3));
    closeSync(reader);
  });
});

describe.runIf(hasOthers)('root in a folder of another user', () => {
  beforeEach(() => chownSync(folder, OTHER, OTHER));

  test('follows no link, but overwrites files of that user', async () => {
    writeFileSync(at('a'), 'old');
    chownSync(at('a'), OTHER, OTHER);
    symlinkSync(at('a'), at('link'));
    await expect(write(at('link'))).rejects.toThrow('it is a symbolic link');
    await write(at('a'));
    expect(readFileSync(at('a')).length).toBe(3);
  });
});

test('a link in a folder of our own is followed', async () => {
  writeFileSync(at('a'), 'old');
  symlinkSync(at('a'), at('link'));
  await write(at('link'));
  expect([readFileSync(at('a')).length, modeOf(at('a'))]).toEqual([3, '600']);
});

describe('a check before the file is needed', () => {
  test.each([
    ['none/a', () => `there is no directory ${at('none')}`],
    ['.', () => 'it is a directory'],
    ['file/a', () => 'a part of its path is not a directory'],
  ])('says what opening it would say: %s', (name, reason) => {
    writeFileSync(at('file'), '');
    const path = name === '.' ? folder : at(name);
    const message = `cannot create ${path}: ${reason()}`;
    expect(() => checkOutputFile(path)).toThrow(expect.objectContaining({ code: 'FILE_CREATE', message }));
    expect(() => openOutputFile(path, {}, 'any')).toThrow(expect.objectContaining({ code: 'FILE_CREATE', message }));
  });

  test('changes nothing, and waits for no pipe', () => {
    writeFileSync(at('old'), 'content', { mode: 0o600 });
    execFileSync('mkfifo', [at('pipe')]);
    for (const path of [at('old'), at('new'), at('pipe'), '/dev/null', '/dev/stdout']) checkOutputFile(path);
    expect(readdirSync(folder).sort()).toEqual(['old', 'pipe']);
    expect(readFileSync(at('old'), 'utf8')).toBe('content');
  });
});
