/** Support bundles: the archive as tar(1) reads it, secrets, refusals. @module */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redactSecrets } from '../../../src/cli/bundle/secrets.ts';
import { encodeTarHeader, MAX_TAR_FILE, tarPadding } from '../../../src/cli/bundle/tar.ts';
import { type BundleFile, fileToCopy, writeBundle } from '../../../src/cli/bundle/write-bundle.ts';
import { requirePeer } from '../../support/peers.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapline-bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TIME = Date.UTC(2026, 0, 2, 3, 4, 5);

function textFile(name: string, text: string): BundleFile {
  const content = Buffer.from(text);
  return { name, description: `about ${name}`, size: content.length, content };
}

interface Manifest {
  readonly format: string;
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[];
}

const tar = requirePeer('tar');

describe.skipIf(tar === undefined)('an archive', () => {
  test('is extracted by tar; the manifest has the checksum of each file', async () => {
    const capture = join(folder, 'a.pcap');
    writeFileSync(capture, Buffer.alloc(3 * 1024 * 1024 + 7, 'x'));
    const files = [
      textFile('version.txt', 'tapline\n'),
      textFile('empty.txt', ''),
      textFile('block.txt', 'b'.repeat(512)),
      await fileToCopy(capture, 'captures/a.pcap', 'capture'),
    ];
    const path = join(folder, 'bundle.tar.gz');
    await writeBundle(path, { files, folder: 'support', time: TIME, about: { format: 'test' } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    execFileSync(tar ?? '', ['-xzf', path, '-C', folder]);
    const root = join(folder, 'support');
    expect(readdirSync(root).sort()).toEqual(['block.txt', 'captures', 'empty.txt', 'manifest.json', 'version.txt']);
    const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) as Manifest;
    expect(manifest.format).toBe('test');
    expect(manifest.files.map(({ name }) => name)).toEqual(files.map(({ name }) => name));
    for (const { name, size, sha256 } of manifest.files) {
      const content = readFileSync(join(root, name));
      expect(content.length).toBe(size);
      expect(createHash('sha256').update(content).digest('hex')).toBe(sha256);
    }
    const listed = execFileSync(tar ?? '', ['-tvzf', path, '--utc'], { encoding: 'utf8' }).split('\n')[0];
    expect(listed).toMatch(/^-rw------- root\/root +8 2026-01-02 03:04 support\/version.txt$/);
  });

  test('does not replace a file, and leaves nothing behind when it fails', async () => {
    const path = join(folder, 'there.tar.gz');
    writeFileSync(path, 'old');
    const options = { files: [], folder: 'support', time: TIME, about: {} };
    await expect(writeBundle(path, options)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
    expect(readFileSync(path, 'utf8')).toBe('old');
    const shrunk: BundleFile = { name: 'a', description: '', size: 100, content: { path } };
    const other = join(folder, 'other.tar.gz');
    await expect(writeBundle(other, { ...options, files: [shrunk] })).rejects.toThrow('became shorter');
    expect(existsSync(other)).toBe(false);
    await expect(writeBundle(join(folder, 'no/such/folder'), options)).rejects.toMatchObject({ code: 'SYSCALL' });
  });

  test('copies regular files only', async () => {
    await expect(fileToCopy(folder, 'a', '')).rejects.toThrow('it is not a regular file');
    await expect(fileToCopy(join(folder, 'nosuch'), 'a', '')).rejects.toMatchObject({ code: 'FILE_OPEN' });
  });
});

test('headers: checksum, bounds', () => {
  const header = encodeTarHeader({ name: 'a', size: 8, modified: 0 });
  const sum = header.reduce((total, octet, at) => total + (at >= 148 && at < 156 ? 0x20 : octet), 0);
  expect(Number.parseInt(Buffer.from(header.subarray(148, 154)).toString(), 8)).toBe(sum);
  expect([0, 1, 511, 512, 513].map(tarPadding)).toEqual([0, 511, 1, 0, 511]);
  expect(() => encodeTarHeader({ name: 'a'.repeat(101), size: 0, modified: 0 })).toThrow(RangeError);
  expect(() => encodeTarHeader({ name: 'a\n', size: 0, modified: 0 })).toThrow(RangeError);
  expect(() => encodeTarHeader({ name: 'a', size: MAX_TAR_FILE + 1, modified: 0 })).toThrow(RangeError);
});

describe('secrets in logs', () => {
  test.each([
    ['login user=bob password=hunter2 ok', 'login user=bob password=[removed] ok', 1],
    ['"api_key": "abc def", "a": 1', '"api_key": [removed], "a": 1', 1],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [removed]', 1],
    ["Passwd: 'x y' TOKEN=1;", 'Passwd: [removed] TOKEN=[removed];', 2],
    ['GET https://bob:secret@example.com/', 'GET https://bob:[removed]@example.com/', 1],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nAAA\n-----END RSA PRIVATE KEY-----\nb',
      '-----BEGIN RSA PRIVATE KEY-----[removed]-----END RSA PRIVATE KEY-----\nb',
      1,
    ],
    ['-----BEGIN PRIVATE KEY-----\nAAA', '-----BEGIN PRIVATE KEY-----[removed]', 1],
    ['connection from 10.1.1.1 port 25', 'connection from 10.1.1.1 port 25', 0],
    ['the password is unknown', 'the password is unknown', 0],
  ])('%s', (text, cleaned, removed) => {
    expect(redactSecrets(text)).toEqual({ text: cleaned, removed });
  });
});
