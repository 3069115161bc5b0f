/** A dpkg database in a folder of the test, in the form of deb-control(5) and dpkg(1). @module */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packagesOf } from '../../src/inspect/package-database.ts';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tapline-packages-'));
  const info = join(root, 'var/lib/dpkg/info');
  mkdirSync(info, { recursive: true });
  const paragraphs = [
    ['Package: dash', 'Priority: required', 'Version: 0.5.12-2', 'Description: POSIX-compliant shell', ' more text'],
    ['Package: libfoo', 'Version: 1', 'Description: the library, Package: nginx', ' Package: openssh-server'],
    ['Package: openssh-server', 'Priority: optional', 'Version: 1:9.2p1-2', 'Description: secure shell (SSH) server'],
  ];
  writeFileSync(join(root, 'var/lib/dpkg/status'), paragraphs.map((lines) => `${lines.join('\n')}\n`).join('\n'));
  writeFileSync(join(info, 'dash.list'), '/.\n/bin\n/bin/dash\n/bin/sh\n');
  writeFileSync(join(info, 'openssh-server.list'), '/.\n/usr/sbin\n/usr/sbin/sshd\n');
  writeFileSync(join(info, 'libfoo:amd64.list'), '/.\n/usr/lib/foo/helper\n');
  writeFileSync(join(info, 'gone.list'), '/.\n/usr/bin/gone\n');
  writeFileSync(join(info, 'dash.md5sums'), 'x  /usr/bin/other\n');
});
afterAll(() => rmSync(root, { recursive: true }));

test('owners of files, also where /bin is a link to /usr/bin, and of an architecture', () => {
  const paths = [
    '/usr/bin/dash',
    '/usr/sbin/sshd',
    '/usr/lib/foo/helper',
    '/usr/bin/other',
    '/usr/sbin',
    '/usr/bin/gone',
  ];
  const found = packagesOf(paths, root);
  expect(Object.fromEntries(found)).toEqual({
    '/usr/bin/dash': { name: 'dash', version: '0.5.12-2', summary: 'POSIX-compliant shell', priority: 'required' },
    '/usr/sbin/sshd': {
      name: 'openssh-server',
      version: '1:9.2p1-2',
      summary: 'secure shell (SSH) server',
      priority: 'optional',
    },
    '/usr/lib/foo/helper': { name: 'libfoo', version: '1', summary: 'the library, Package: nginx', priority: '' },
    '/usr/sbin': expect.objectContaining({ name: 'openssh-server' }),
  });
});

test('a host without dpkg has no packages', () => {
  expect(packagesOf(['/usr/sbin/sshd'], join(root, 'none')).size).toBe(0);
});
