/** `tapline smtpping` against npm smtp-server, scripted servers and a name server of its own, and beside swaks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab, twoHosts } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { PacketPrinter } from '../../src/report/packet/line.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { createAuthority, issueCertificate } from '../support/certificates.ts';
import { tapline } from '../support/cli-lab.ts';
import { LabProcess } from '../support/lab-process.ts';
import { requirePeer } from '../support/peers.ts';
import { transcriptOf } from '../support/transcript.ts';

const SERVERS = fileURLToPath(new URL('programs/mail-servers.mjs', import.meta.url));
const IPV6 = 'fd00:1:0:0:0:0:0:2';
const GOOD = 2501;
const PLAIN = 2502;
const SLOW = 2503;
const WRONG = 2504;
const EXPIRED = 2505;
const IMPLICIT = 4650;
const FIRST_SCRIPT = 2600;

const folder = new TestFolder();
const authority = createAuthority('Test authority');
const stranger = createAuthority('Unknown authority');
const authorityFile = join(folder.path, 'authority.pem');
const mx = issueCertificate(authority, ['mx1.example.test', '10.1.1.2'], 400);
const expired = issueCertificate(authority, ['mx1.example.test'], -5);
const wrong = issueCertificate(stranger, ['elsewhere.test'], 5);

const EHLO = { text: '250-script.test\r\n250 STARTTLS\r\n' };
const HEALTHY = {
  BANNER: { text: '220 script.test ESMTP\r\n' },
  EHLO,
  STARTTLS: { text: '220 go ahead\r\n', startsTls: true },
  'EHLO-TLS': { text: '250 script.test\r\n' },
  'MAIL-TLS': { text: '250 ok\r\n' },
  'RCPT-TLS': { text: '250 ok\r\n' },
  'RSET-TLS': { text: '250 ok\r\n' },
  'QUIT-TLS': { text: '221 bye\r\n', close: 'end' },
  QUIT: { text: '221 bye\r\n', close: 'end' },
};

const INJECTED =
  'plaintext where TLS should begin: 14 bytes were discarded; the server does not start TLS, or an attacker injects ' +
  'replies (CVE-2021-38371)';

/**
 * Answers that break a session, its verdict and the exit status. Node cannot tell a reset from an end when it arrives
 * together with data.
 */
const FAULTS: readonly (readonly [name: string, answers: object, verdict: string | RegExp, status: number])[] = [
  ['a healthy server', {}, 'ok', 0],
  ['reset before the banner', { BANNER: { close: 'reset' } }, 'connection reset by the server before the banner', 2],
  ['reset after EHLO', { EHLO: { close: 'reset' } }, 'connection reset by the server before the reply to EHLO', 2],
  [
    'reset after STARTTLS',
    { STARTTLS: { close: 'reset' } },
    'connection reset by the server before the reply to STARTTLS',
    2,
  ],
  [
    'reset in the handshake',
    { STARTTLS: { text: '220 go ahead\r\n', close: 'reset' } },
    /^connection (reset|closed) by the server before the end of the TLS handshake$/,
    2,
  ],
  [
    'reset after EHLO in TLS',
    { 'EHLO-TLS': { close: 'reset' } },
    /^connection (reset|closed) by the server before the reply to EHLO \(TLS\)$/,
    2,
  ],
  [
    'reset after MAIL FROM',
    { 'MAIL-TLS': { close: 'reset' } },
    'connection reset by the server before the reply to MAIL FROM',
    2,
  ],
  [
    'reset after RCPT TO',
    { 'RCPT-TLS': { close: 'reset' } },
    'connection reset by the server before the reply to RCPT TO',
    2,
  ],
  [
    'reset after RSET',
    { 'RSET-TLS': { close: 'reset' } },
    'connection reset by the server before the reply to RSET',
    2,
  ],
  ['reset after QUIT', { 'QUIT-TLS': { close: 'reset' } }, 'ok', 0],
  [
    'a truncated reply',
    { EHLO: { text: '250-script.test\r\n250-SI', close: 'end' } },
    'connection closed by the server within the reply to EHLO',
    2,
  ],
  [
    'plaintext after STARTTLS',
    { STARTTLS: { text: '220 go ahead\r\n250 injected\r\n', startsTls: true } },
    INJECTED,
    76,
  ],
  ['plaintext instead of TLS', { STARTTLS: { text: '220 go ahead\r\n', later: '250 injected\r\n' } }, INJECTED, 76],
  [
    'no TLS, but the end',
    { STARTTLS: { text: '220 go ahead\r\n', close: 'end' } },
    'connection closed by the server before the end of the TLS handshake',
    2,
  ],
  [
    'another protocol',
    { BANNER: { text: 'SSH-2.0-OpenSSH_9.2\r\n' } },
    'protocol error: reply to banner: the line is not an SMTP reply: "SSH-2.0-OpenSSH_9.2"',
    76,
  ],
  [
    'lines without end',
    { EHLO: { text: '250-more and more\r\n', isEndless: true } },
    'protocol error: reply to EHLO: the reply is longer than 64 KiB or 512 lines; the connection was closed: ' +
      '"250-more and more"',
    76,
  ],
  [
    'a line without end',
    { BANNER: { text: '2'.repeat(200), isEndless: true } },
    'protocol error: reply to banner: the reply is longer than 64 KiB or 512 lines; the connection was closed: ' +
      `"${'2'.repeat(200)}…"`,
    76,
  ],
  [
    'control characters',
    { BANNER: { text: '554 \x1b[2J\x07 no\x00\r\n' }, QUIT: { text: '221 bye\r\n', close: 'end' } },
    'rejected: banner 554 ^[[2J^G no^@',
    69,
  ],
  [
    'a closing server',
    { 'MAIL-TLS': { text: '421 shutdown\r\n', close: 'end' } },
    'temporary failure: reply to MAIL FROM 421 shutdown',
    75,
  ],
];

const INJECTABLE = { STARTTLS: { text: '220 go ahead\r\n', startsTls: true, afterTls: '250 2.0.0 Ok\r\n' } };
/** A server that executes what was sent before TLS. */
const VULNERABLE = FIRST_SCRIPT + FAULTS.length;

let lab: Lab;
let servers: LabProcess;
beforeAll(async () => {
  writeFileSync(authorityFile, authority.certificate);
  const secured = { key: mx.key, cert: mx.certificate };
  const greylisted = { code: 450, text: '4.2.0 Greylisted, see http://greylist.test/' };
  const recipients = {
    'unknown@example.test': { code: 550, text: '5.1.1 no such user' },
    'new@example.test': greylisted,
    'full@example.test': { code: 452, text: '4.2.2 mailbox full' },
  };
  const configuration = {
    names: {
      'MX example.test': [
        [20, 'mx2.example.test'],
        [10, 'mx1.example.test'],
      ],
      'A mx1.example.test': ['10.1.1.2'],
      'AAAA mx1.example.test': [IPV6],
      'A mx2.example.test': ['10.1.1.2'],
      'A host.test': ['10.1.1.2'],
      'MX null.test': [[0, '.']],
      'MX silent.test': 'silent',
      'MX half.test': [[10, 'half.test']],
      'A half.test': ['10.1.1.2'],
      'AAAA half.test': 'silent',
    },
    servers: [
      { port: GOOD, ...secured, recipients, name: 'mx1.example.test', banner: 'ready', size: 1_000_000 },
      { port: PLAIN, disabledCommands: ['STARTTLS'], allowInsecureAuth: true, recipients },
      { port: SLOW, ...secured, bannerDelay: 300 },
      { port: WRONG, key: wrong.key, cert: wrong.certificate },
      { port: EXPIRED, key: expired.key, cert: expired.certificate },
      { port: IMPLICIT, ...secured, secure: true },
    ],
    scripts: [...FAULTS, ['', INJECTABLE] as const].map(([, answers], at) => ({
      port: FIRST_SCRIPT + at,
      answers: { ...HEALTHY, ...answers },
      ...secured,
    })),
  };
  const file = join(folder.path, 'servers.json');
  writeFileSync(file, JSON.stringify(configuration));
  lab = await createLab(twoHosts());
  servers = new LabProcess(lab.host('right'), process.execPath, [SERVERS, file]);
  await servers.printed('ready');
});
afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await lab.close();
  folder[Symbol.dispose]();
});

async function run(...words: string[]): Promise<{ stdout: string; stderr: string; status: number }> {
  const common = ['--helo', 'client.test', '--name-server', '10.1.1.2', '--ca-file', authorityFile];
  await using program = tapline(lab.host('left'), 'smtpping', ...common, ...words);
  const status = await program.exit();
  return { stdout: program.standardOutput.toString(), stderr: program.standardError, status };
}

const verdictOf = ({ stdout }: { readonly stdout: string }): string =>
  /^ {2}verdict: (.*)$/m.exec(stdout)?.[1] ?? stdout;

const MESSAGE = ['--from', 'sender@client.test', '--to', 'postmaster@example.test'];

describe('smtp-server', () => {
  test('lookup, STARTTLS with a trusted certificate, MAIL and RCPT', async () => {
    const words = ['-p', String(GOOD), ...MESSAGE, 'example.test'];
    const { stdout, stderr, status } = await run('--require-tls', ...words);
    expect([stderr, status]).toEqual(['', 0]);
    const expected = [
      'SMTPPING example.test: mail exchangers, lookup N ms',
      '  10 mx1.example.test: 10.1.1.2, fd00:1::2',
      '  20 mx2.example.test: 10.1.1.2',
      '',
      `mx1.example.test (10.1.1.2) port ${GOOD}: session 1`,
      '  connect N ms',
      '  banner N ms 220 mx1.example.test ESMTP ready',
    ];
    const lines = stdout
      .replaceAll(/ *\d+\.\d{3}/g, ' N')
      .replaceAll(/(\S) {2,}/g, '$1 ')
      .split('\n');
    expect(lines.slice(0, expected.length)).toEqual(expected);
    for (const line of [
      'chain: trusted',
      'name: valid for mx1.example.test',
      'AUTH mechanisms: LOGIN PLAIN (the same before TLS)',
    ]) {
      expect(stdout).toContain(line);
    }
    expect(stdout).toMatch(
      /certificate 0: CN=mx1\.example\.test, for DNS:mx1\.example\.test IP Address:10\.1\.1\.2, issued/,
    );
    expect(
      lines
        .filter((line) => /^ {2}\S/.test(line))
        .map((line) => line.trim().split(/ N /)[0])
        .slice(2, 12),
    ).toEqual(['connect', 'banner', 'EHLO', 'STARTTLS', 'TLS', 'EHLO (TLS)', 'MAIL FROM', 'RCPT TO', 'RSET', 'QUIT']);
    expect(stdout).toMatch(/\nverdict: ok\n$/);
  });

  test('a certificate of another name and an unknown issuer is reported, and fails with --require-tls', async () => {
    const words = ['-p', String(WRONG), '--server', '10.1.1.2', 'mx1.example.test'];
    const lenient = await run(...words);
    expect(lenient.status).toBe(0);
    for (const text of [
      'chain: not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
      'name: not valid for mx1.example.test: ',
      'note: the certificate expires soon (4 days)',
    ]) {
      expect(lenient.stdout).toContain(text);
    }
    const strict = await run('--require-tls', ...words);
    expect([strict.status, strict.stderr]).toEqual([
      76,
      'tapline: --require-tls: mx1.example.test (10.1.1.2): the certificate chain is not trusted ' +
        '(UNABLE_TO_VERIFY_LEAF_SIGNATURE)\n',
    ]);
    const named = await run('-p', String(GOOD), '--require-tls', '--tls-name', 'elsewhere.test', '10.1.1.2');
    expect([named.status, named.stderr]).toEqual([
      76,
      'tapline: --require-tls: 10.1.1.2 (10.1.1.2): the certificate is not valid for elsewhere.test\n',
    ]);
  });

  test('an expired certificate', async () => {
    const { stdout } = await run('-p', String(EXPIRED), '--server', '10.1.1.2', 'mx1.example.test');
    expect(stdout).toContain('note: the certificate chain is not trusted (CERT_HAS_EXPIRED)');
    expect(stdout).toContain('name: valid for mx1.example.test');
  });

  test('an address as name, in the certificate', async () => {
    const { stdout } = await run('-p', String(GOOD), '10.1.1.2');
    expect(stdout).toContain('name: valid for 10.1.1.2');
  });

  test('no STARTTLS: passwords in the clear are noted, and --require-tls fails', async () => {
    const { stdout, stderr, status } = await run('-p', String(PLAIN), '--require-tls', '10.1.1.2');
    expect(stdout).toContain('note: passwords may be sent without TLS (LOGIN PLAIN)');
    expect(stdout).toContain('note: no STARTTLS');
    expect([status, stderr]).toEqual([76, 'tapline: --require-tls: 10.1.1.2 (10.1.1.2): no TLS\n']);
  });

  test('implicit TLS', async () => {
    const { stdout, status } = await run('-p', String(IMPLICIT), '--tls', 'implicit', '10.1.1.2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/connect .*\n {2}TLS .*TLSv1\.3.*\n {2}banner .*220/s);
  });

  test.each([
    ['unknown@example.test', 69, 'rejected: reply to RCPT TO 550 5.1.1 no such user'],
    ['full@example.test', 75, 'temporary failure: reply to RCPT TO 452 4.2.2 mailbox full'],
    [
      'new@example.test',
      75,
      'greylisted: reply to RCPT TO 450 4.2.0 Greylisted, see http://greylist.test/; a mail server would try again later',
    ],
  ])('the recipient %s', async (recipient, status, verdict) => {
    const result = await run('-p', String(GOOD), '--from', '<>', '--to', recipient, '10.1.1.2');
    expect([result.status, verdictOf(result)]).toEqual([status, verdict]);
  });

  test('a slow banner has its time, and a shorter timeout', async () => {
    const { stdout } = await run('-p', String(SLOW), '--json', '10.1.1.2');
    const { events } = JSON.parse(stdout) as { events: { type: string; phases?: { banner: number } }[] };
    expect(events.find(({ type }) => type === 'session')?.phases?.banner).toBeGreaterThan(290);
    const late = await run('-p', String(SLOW), '--timeout', '0.05', '10.1.1.2');
    expect([late.status, verdictOf(late)]).toEqual([2, 'no reply: no banner within 0.05 s']);
  });

  test('--all tests each address of each host, and -c repeats with figures of each phase', async () => {
    const { stdout, status } = await run('-p', String(GOOD), '--all', '-c', '2', '-i', '0.2', '-q', 'example.test');
    expect(status).toBe(0);
    const servers = [...stdout.matchAll(/^(\S+ \(\S+\)) port \d+: (.*)$/gm)].map(([, name, counts]) => [name, counts]);
    expect(servers).toEqual([
      ['mx1.example.test (10.1.1.2)', '2 sessions, 2 ok'],
      ['mx1.example.test (fd00:1::2)', '2 sessions, 2 ok'],
      ['mx2.example.test (10.1.1.2)', '2 sessions, 2 ok'],
    ]);
    const labels = [...stdout.matchAll(/^ {2}(\S.*?) +min\/avg\/max\/stddev = [\d.]+(\/[\d.]+){3} ms$/gm)];
    expect(labels.slice(0, 8).map(([, label]) => label)).toEqual([
      'connect',
      'banner',
      'EHLO',
      'STARTTLS',
      'TLS',
      'EHLO (TLS)',
      'QUIT',
      'total',
    ]);
  });

  test('--pcap records the session, from the first SYN to the last FIN of both ends', async () => {
    const path = join(folder.path, 'session.pcapng');
    const { stdout, status } = await run('-p', String(PLAIN), '--pcap', path, '--json', '10.1.1.2');
    expect(status).toBe(0);
    await using source = await openFile(path);
    const printer = new PacketPrinter({ numeric: true });
    const lines: string[] = [];
    let bytes = '';
    for await (const packet of source.packets()) {
      bytes += Buffer.from(packet.bytes).toString('latin1');
      const frame = { data: packet.bytes, offset: 0, length: packet.bytes.length, wireLength: packet.wireLength };
      lines.push(printer.format({ ...frame, seconds: 0, nanoseconds: 0, interfaceIndex: 0 }, source.linkType));
    }
    const { local } = (JSON.parse(stdout) as { events: { type: string; local?: string }[] }).events.at(-1) ?? {};
    const own = local?.replace(':', '.');
    expect(lines[0]).toMatch(new RegExp(`${own} > 10\\.1\\.1\\.2\\.${PLAIN}: Flags \\[S\\]`));
    expect(new Set(lines.flatMap((line) => / (\S+) > .*Flags \[F/.exec(line)?.[1] ?? [])).size).toBe(2);
    for (const text of ['220 ', 'EHLO client.test\r\n', 'QUIT\r\n', '221 ']) expect(bytes).toContain(text);
  });

  test('--key-log holds the secrets of the session, for its user only', async () => {
    const path = join(folder.path, 'keys.log');
    await run('-p', String(GOOD), '--key-log', path, '10.1.1.2');
    expect(readFileSync(path, 'utf8')).toMatch(/^CLIENT_HANDSHAKE_TRAFFIC_SECRET [0-9a-f]{64} /m);
  });

  test('diagnostic network smtpping is the same command', async () => {
    const words = ['diagnostic', 'network', 'smtpping', '10.1.1.2', '-p', String(PLAIN), '--helo', 'client.test', '-q'];
    await using program = tapline(lab.host('left'), ...words);
    expect(await program.exit()).toBe(0);
    expect(program.standardOutput.toString()).toContain('verdict: ok');
  });
});

describe('names', () => {
  test.each([
    ['null.test', 68, 'the domain accepts no mail (null MX, RFC 7505)'],
    ['nowhere.test', 68, 'unknown host'],
    ['silent.test', 2, 'the name server did not answer in time; see --dns-timeout and --name-server'],
  ])('%s', async (domain, status, text) => {
    const result = await run('--dns-timeout', '0.3', domain);
    expect([result.status, result.stdout.includes(text), result.stderr]).toEqual([status, true, '']);
  });

  test('a host without MX is its own mail server', async () => {
    const { stdout, status } = await run('-p', String(PLAIN), 'host.test');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^SMTPPING host\.test: no MX record, its own addresses are used, lookup .*\n {2}host\.test: 10\.1\.1\.2\n/,
    );
  });

  test('a silent name server for one family does not delay the other beyond the limit, and is noted', async () => {
    const { stdout, status } = await run('-p', String(PLAIN), '--dns-timeout', '0.3', 'half.test');
    expect(status).toBe(0);
    expect(stdout).toContain('  10 half.test: 10.1.1.2 (an address lookup timed out)\n');
  });

  test('an address that no host has, and a port that no server has', async () => {
    const refused = await run('-p', '2499', '10.1.1.2');
    expect([refused.status, verdictOf(refused)]).toEqual([
      2,
      'unreachable: connection refused; no server listens on this port, or a firewall rejects it (ECONNREFUSED)',
    ]);
    const missing = await run('--connect-timeout', '0.2', '10.1.1.77');
    expect([missing.status, verdictOf(missing)]).toEqual([2, 'no reply: no connection within 0.2 s']);
  });
});

describe('faults', () => {
  test.each(FAULTS.map(([name, , verdict, status], at) => [name, at, verdict, status] as const))(
    '%s',
    async (_name, at, verdict, status) => {
      const result = await run('-p', String(FIRST_SCRIPT + at), '-v', ...MESSAGE, '10.1.1.2');
      if (typeof verdict === 'string') expect(verdictOf(result)).toBe(verdict);
      else expect(verdictOf(result)).toMatch(verdict);
      expect([result.status, result.stderr]).toEqual([status, '']);
      expect(result.stdout.length).toBeLessThan(200_000);
    },
  );
});

describe('the test of command injection', () => {
  test('a server that executes a command that was sent before TLS', async () => {
    const result = await run('-p', String(VULNERABLE), '--test-injection', '10.1.1.2');
    expect([result.status, verdictOf(result)]).toEqual([
      76,
      'command injection: the server executed a command that was sent before TLS (CVE-2011-0411): ' +
        'reply to STARTTLS 250 2.0.0 Ok',
    ]);
  });

  test('smtp-server discards it', async () => {
    const result = await run('-p', String(GOOD), '--test-injection', '10.1.1.2');
    expect([result.status, verdictOf(result)]).toEqual([0, 'ok']);
    expect(result.stdout).toContain('note: a command injected before TLS was not executed');
  });
});

describe('swaks', () => {
  test.each([
    ['STARTTLS', GOOD, ['--tls'], []],
    ['no TLS', PLAIN, [], []],
  ])('agrees on the transcript: %s', async (_name, port, theirs, ours) => {
    if (requirePeer('swaks') === undefined) return;
    const addresses = ['--from', 'sender@client.test', '--to', 'postmaster@example.test'];
    const words = ['--server', '10.1.1.2', '--port', String(port), '--helo', 'client.test', '--quit-after', 'RCPT'];
    await using peer = new LabProcess(lab.host('left'), 'swaks', [...words, ...addresses, ...theirs]);
    await peer.exit();
    const own = await run('-p', String(port), '-v', ...addresses, ...ours, '10.1.1.2');
    const expected = transcriptOf(peer.standardOutput.toString());
    expect(expected.length, peer.standardError).toBeGreaterThan(8);
    expect(transcriptOf(own.stdout)).toEqual(expected);
  });
});
