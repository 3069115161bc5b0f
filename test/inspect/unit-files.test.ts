/** Unit files in a folder of the test, with the rules of systemd.unit(5) and systemd.socket(5). @module */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { UnitFiles } from '../../src/inspect/unit-files.ts';

let root: string;
let units: UnitFiles;

const FILES: Readonly<Record<string, string>> = {
  '/usr/lib/systemd/system/ssh.service':
    '# comment\n[Unit]\nDescription=OpenBSD Secure Shell server\n[Service]\nDescription=not this\n',
  '/etc/systemd/system/web.service': '[Unit]\nDescription = local \\\n  web\n',
  '/usr/lib/systemd/system/web.service': '[Unit]\nDescription=packaged\n',
  '/usr/lib/systemd/system/pg@.service': '[Unit]\nDescription=Cluster %i of %p (%n), 100%% of %I, %H\n',
  '/usr/lib/systemd/system/pg@.service.d/10.conf': '[Unit]\nDescription=lost\n',
  '/etc/systemd/system/pg@.service.d/10.conf': '[Unit]\n; Description=comment\n',
  '/usr/lib/systemd/system/mail.service': '[Unit]\nDescription=first\n',
  '/usr/lib/systemd/system/mail.service.d/20.conf': '[Unit]\nDescription=second\n',
  '/etc/systemd/system/mail.service.d/30.conf': '[Unit]\nDescription=third\n',
  '/usr/lib/systemd/system/empty.service': '[Unit]\nDescription=\n',
  '/usr/lib/systemd/system/ssh.socket':
    '[Unit]\nDescription=SSH socket\n[Socket]\nListenStream=22\nListenStream=[fd00:1::1]:2222\nListenStream=/run/x\n',
  '/usr/lib/systemd/system/cups.socket': '[Socket]\nListenStream=631\n',
  '/etc/systemd/system/cups.socket.d/port.conf': '[Socket]\nListenStream=\nListenStream=10.1.1.1:632\n',
};

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'tapline-units-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  units = new UnitFiles(root);
});
afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['ssh.service', 'OpenBSD Secure Shell server'],
  ['web.service', 'local    web'],
  ['pg@15-main.service', 'Cluster 15-main of pg (pg@15-main.service), 100% of 15/main, %H'],
  ['mail.service', 'third'],
  ['empty.service', undefined],
  ['unknown.service', undefined],
  ['../../../../etc/passwd', undefined],
  ['session-3.scope', undefined],
])('the description of %s', (unit, description) => {
  expect(units.description(unit)).toBe(description);
});

test('the sockets that systemd listens on', () => {
  expect(units.socketUnit({ address: '::', port: 22 })).toBe('ssh.socket');
  expect(units.socketUnit({ address: '0.0.0.0', port: 22 })).toBe('ssh.socket');
  expect(units.socketUnit({ address: 'fd00:1::1', port: 2222 })).toBe('ssh.socket');
  expect(units.socketUnit({ address: '10.1.1.1', port: 632 })).toBe('cups.socket');
  expect(units.socketUnit({ address: '::', port: 631 })).toBeUndefined();
});
