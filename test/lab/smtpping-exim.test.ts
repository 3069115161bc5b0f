/** `tapline smtpping` against Exim, the mail server of Debian, and beside swaks: a TLS library and an SMTP server of others. */
import { appendFileSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { createAuthority, issueCertificate } from '../support/certificates.ts';
import { tapline } from '../support/cli-lab.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { missing, requirePeer } from '../support/peers.ts';
import { transcriptOf } from '../support/transcript.ts';

/** Unpacked by .ci/run: packages of mail servers conflict with each other, and start a service. */
const EXIM = fileURLToPath(new URL('../../build/peers/exim4/usr/sbin/exim4', import.meta.url));
const PORT = '2525';
const isThere = existsSync(EXIM) || missing('Exim is not unpacked in build/peers/exim4; see .ci/run') !== undefined;

const folder = new TestFolder();
const authority = createAuthority('Test authority');
const { certificate, key } = issueCertificate(authority, ['mx.exim.test']);

const CONFIGURATION = `
primary_hostname = mx.exim.test
exim_user = root
exim_group = root
never_users =
spool_directory = ${folder.file('spool')}
log_file_path = ${folder.file('log')}/%slog
pid_file_path = ${folder.file('exim.pid')}
daemon_smtp_ports = ${PORT}
tls_advertise_hosts = *
tls_certificate = ${folder.file('certificate.pem')}
tls_privatekey = ${folder.file('key.pem')}
acl_smtp_rcpt = check_recipient
host_lookup =
rfc1413_query_timeout = 0s
keep_environment =
smtp_banner = mx.exim.test ESMTP
# AUTH is offered after TLS only.
auth_advertise_hosts = \${if eq{$tls_in_cipher}{}{}{*}}
begin acl
check_recipient:
  deny
    local_parts = unknown
    message = no such user
  defer
    local_parts = grey
    message = greylisted, try again later
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = false
  server_prompts = :
`;

let lab: Lab;
let exim: LabProcess | undefined;
beforeAll(async () => {
  lab = await createLab(twoHosts());
  if (!isThere) return;
  for (const name of ['spool', 'log']) mkdirSync(folder.file(name));
  const files = { 'exim.conf': CONFIGURATION, 'certificate.pem': certificate, 'key.pem': key };
  for (const [name, text] of Object.entries(files)) writeFileSync(folder.file(name), text, { mode: 0o600 });
  writeFileSync(folder.file('authority.pem'), authority.certificate);
  // Exim does not start without its user.
  const entries = { passwd: 'Debian-exim:x:107:113::/tmp:/usr/sbin/nologin\n', group: 'Debian-exim:x:113:\n' };
  for (const [name, entry] of Object.entries(entries)) {
    copyFileSync(`/etc/${name}`, folder.file(name));
    appendFileSync(folder.file(name), entry);
  }
  const script =
    'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && exec "$2" -C "$1/exim.conf" -bdf';
  exim = new LabProcess(lab.host('right'), 'unshare', ['-m', 'sh', '-c', script, 'sh', folder.path, EXIM]);
  await eventually(() => {
    expect(exim?.hasEnded, exim?.standardError).toBe(false);
    expect(existsSync(folder.file('exim.pid'))).toBe(true); // written when it listens
  });
});
afterAll(async () => {
  await exim?.[Symbol.asyncDispose]();
  await lab.close();
  folder[Symbol.dispose]();
});

const SECURED = ['--ca-file', folder.file('authority.pem'), '--require-tls', '--from', 'sender@client.test'];

async function run(...words: string[]): Promise<{ stdout: string; status: number }> {
  const common = ['--server', '10.1.1.2', '-p', PORT, '--helo', 'client.test', 'mx.exim.test'];
  await using program = tapline(lab.host('left'), 'smtpping', ...common, ...words);
  const status = await program.exit();
  return { stdout: program.standardOutput.toString(), status };
}

test('STARTTLS with a trusted certificate; AUTH is offered after TLS only', async () => {
  if (!isThere) return;
  const { stdout, status } = await run(...SECURED, '--to', 'postmaster@mx.exim.test');
  expect(status).toBe(0);
  for (const text of [
    'chain: trusted',
    'name: valid for mx.exim.test',
    'AUTH mechanisms: PLAIN (none before TLS)',
    'verdict: ok',
  ]) {
    expect(stdout).toContain(text);
  }
});

test.each([
  ['unknown', 69, 'rejected: reply to RCPT TO 550 no such user'],
  ['grey', 75, 'greylisted: reply to RCPT TO 451 greylisted, try again later; a mail server would try again later'],
])('the recipient %s', async (user, status, verdict) => {
  if (!isThere) return;
  const result = await run(...SECURED, '--to', `${user}@mx.exim.test`);
  expect([result.status, /^ {2}verdict: (.*)$/m.exec(result.stdout)?.[1]]).toEqual([status, verdict]);
});

test('a command sent together with STARTTLS is not executed', async () => {
  if (!isThere) return;
  const { stdout, status } = await run('--test-injection');
  expect(status).toBe(0);
  expect(stdout).toMatch(
    /note: a command injected before TLS was not executed \(221 mx\.exim\.test closing connection\)\n/,
  );
});

test.each(['postmaster', 'unknown'])('swaks agrees on the transcript: %s', async (user) => {
  if (!isThere || requirePeer('swaks') === undefined) return;
  const own = await run(...SECURED, '-v', '--to', `${user}@mx.exim.test`);
  const addresses = ['--from', 'sender@client.test', '--to', `${user}@mx.exim.test`];
  const words = ['--server', '10.1.1.2', '--port', PORT, '--helo', 'client.test', '--quit-after', 'RCPT', '--tls'];
  await using peer = new LabProcess(lab.host('left'), 'swaks', [...words, ...addresses]);
  await peer.exit();
  const expected = transcriptOf(peer.standardOutput.toString());
  expect(expected.length, peer.standardError).toBeGreaterThan(20);
  expect(transcriptOf(own.stdout)).toEqual(expected);
});
