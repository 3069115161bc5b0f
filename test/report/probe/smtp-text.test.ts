/** What `tapline smtpping` prints, from scripted servers on a virtual clock, whose times are exact. */
import { describe, expect, test } from 'vitest';
import { smtpTextFormatter } from '../../../src/report/probe/smtp-text.ts';
import { smtpLookupFailureText, smtpVerdictText } from '../../../src/report/probe/smtp-verdict-text.ts';
import type { MailServers } from '../../../src/smtp/mail-servers.ts';
import type { SessionVerdict } from '../../../src/smtp/session-events.ts';
import { type SmtpPingOptions, smtpPing } from '../../../src/smtp/smtp-ping.ts';
import type { TlsReport } from '../../../src/smtp/tls-report.ts';
import { SCRIPTED_TLS, type Script, ScriptedServer, scriptedMailServer } from '../../support/scripted-server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const FOUND: MailServers = {
  type: 'servers',
  domain: 'example.com',
  origin: 'mx',
  hosts: [
    { name: 'mx.example', preference: 10, addresses: ['192.0.2.1'], failure: undefined },
    { name: 'spare.example', preference: 20, addresses: [], failure: 'timeout' },
  ],
  omitted: 3,
  failure: undefined,
  detail: undefined,
  time: 12.3456,
};
const CERTIFICATE = {
  subject: 'CN=mx.example',
  issuer: 'O=Example, CN=Authority',
  names: ['DNS:mx.example', 'DNS:example.com'],
  validFrom: Date.UTC(2020, 0, 1),
  validTo: Date.UTC(2021, 0, 1),
  key: 'EC P-256',
  fingerprint: '',
};

async function textOf(
  script: () => Script,
  style: Partial<Parameters<typeof smtpTextFormatter>[0]> = {},
  options: Partial<SmtpPingOptions> = {},
  tls: TlsReport = { ...SCRIPTED_TLS, chain: [CERTIFICATE] },
): Promise<string> {
  const clock = new VirtualClock();
  const format = smtpTextFormatter({ isVerbose: false, isQuiet: false, ...style });
  let text = format(FOUND);
  const open = () => new ScriptedServer(clock, script(), tls);
  for await (const event of smtpPing(FOUND, { clock, open }, { heloName: 'client', ...options })) text += format(event);
  return text;
}

describe('output', () => {
  test('servers, the phases of the first session, a line for the others, figures', async () => {
    expect(await textOf(scriptedMailServer, {}, { count: 2, from: '', to: ['a@b'] })).toMatchInlineSnapshot(`
      "SMTPPING example.com: mail exchangers, lookup 12.346 ms
        10 mx.example: 192.0.2.1
        20 spare.example: no address (an address lookup timed out)
        3 more hosts or addresses are not shown and not used

      mx.example (192.0.2.1) port 25: session 1
        connect         1.000 ms
        banner          1.000 ms  220 mx.example ESMTP
        EHLO            1.000 ms  250 mx.example hello
                                  SIZE 1000, STARTTLS
        STARTTLS        1.000 ms  220 go ahead
        TLS             1.000 ms  TLSv1.3 TLS_AES_256_GCM_SHA384
                                  certificate 0: CN=mx.example, for DNS:mx.example DNS:example.com, issued by O=Example, CN=Authority, EC P-256, until 2021-01-01
                                  chain: trusted
                                  name: valid for mx.example
        EHLO (TLS)      1.000 ms  250 mx.example hello
                                  SIZE 1000, AUTH PLAIN LOGIN
        MAIL FROM       1.000 ms  250 ok
        RCPT TO         1.000 ms  250 ok
        RSET            1.000 ms  250 ok
        QUIT            1.000 ms  221 bye
        total          10.000 ms
        AUTH mechanisms: PLAIN LOGIN (none before TLS)
        verdict: ok
      mx.example (192.0.2.1) port 25: session 2: connect 1.000, banner 1.000, EHLO 1.000, STARTTLS 1.000, TLS 1.000, EHLO (TLS) 1.000, MAIL FROM 1.000, RCPT TO 1.000, RSET 1.000, QUIT 1.000, total 10.000 ms: ok

      --- example.com SMTP statistics ---
      mx.example (192.0.2.1) port 25: 2 sessions, 2 ok
        connect    min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        banner     min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        EHLO       min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        STARTTLS   min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        TLS        min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        EHLO (TLS) min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        MAIL FROM  min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        RCPT TO    min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        RSET       min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        QUIT       min/avg/max/stddev = 1.000/1.000/1.000/0.000 ms
        total      min/avg/max/stddev = 10.000/10.000/10.000/0.000 ms
      verdict: ok
      "
    `);
  });

  test('the transcript', async () => {
    expect(await textOf(scriptedMailServer, { isVerbose: true })).toMatchInlineSnapshot(`
      "SMTPPING example.com: mail exchangers, lookup 12.346 ms
        10 mx.example: 192.0.2.1
        20 spare.example: no address (an address lookup timed out)
        3 more hosts or addresses are not shown and not used

      mx.example (192.0.2.1) port 25: session 1
        connect         1.000 ms
      <-  220 mx.example ESMTP
        banner          1.000 ms
       -> EHLO client
      <-  250-mx.example hello
      <-  250-SIZE 1000
      <-  250 STARTTLS
        EHLO            1.000 ms
       -> STARTTLS
      <-  220 go ahead
        STARTTLS        1.000 ms
        TLS             1.000 ms  TLSv1.3 TLS_AES_256_GCM_SHA384
                                  certificate 0: CN=mx.example, for DNS:mx.example DNS:example.com, issued by O=Example, CN=Authority, EC P-256, until 2021-01-01
                                  chain: trusted
                                  name: valid for mx.example
       ~> EHLO client
      <~  250-mx.example hello
      <~  250-SIZE 1000
      <~  250 AUTH PLAIN LOGIN
        EHLO (TLS)      1.000 ms
       ~> QUIT
      <~  221 bye
        QUIT            1.000 ms
        total           7.000 ms
        AUTH mechanisms: PLAIN LOGIN (none before TLS)
        verdict: ok

      --- example.com SMTP statistics ---
      mx.example (192.0.2.1) port 25: 1 session, 1 ok
      verdict: ok
      "
    `);
  });

  test('quiet', async () => {
    expect(await textOf(scriptedMailServer, { isQuiet: true })).toMatchInlineSnapshot(`
      "
      --- example.com SMTP statistics ---
      mx.example (192.0.2.1) port 25: 1 session, 1 ok
      verdict: ok
      "
    `);
  });

  test('a server without TLS, and a rejection', async () => {
    const script = () =>
      scriptedMailServer({ EHLO: '250-mx\r\n250 AUTH LOGIN\r\n', MAIL: '550-first line\r\n550 second line\r\n' });
    expect(await textOf(script, {}, { from: 'a@b' })).toMatchInlineSnapshot(`
      "SMTPPING example.com: mail exchangers, lookup 12.346 ms
        10 mx.example: 192.0.2.1
        20 spare.example: no address (an address lookup timed out)
        3 more hosts or addresses are not shown and not used

      mx.example (192.0.2.1) port 25: session 1
        connect         1.000 ms
        banner          1.000 ms  220 mx.example ESMTP
        EHLO            1.000 ms  250 mx
                                  AUTH LOGIN
        MAIL FROM       1.000 ms  550 first line
        QUIT            1.000 ms  221 bye
        total           5.000 ms
        AUTH mechanisms: LOGIN
        note: passwords may be sent without TLS (LOGIN)
        note: no STARTTLS: mail is sent in cleartext (EHLO does not list STARTTLS)
        verdict: rejected: reply to MAIL FROM 550 first line second line

      --- example.com SMTP statistics ---
      mx.example (192.0.2.1) port 25: 1 session, 1 rejected
      verdict: rejected
      "
    `);
  });

  test('names of a certificate cannot begin a line', async () => {
    const hostile = { ...CERTIFICATE, subject: 'CN=a\n  verdict: ok\x1b[2J', names: ['DNS:x\nverdict: ok'] };
    const tls = { ...SCRIPTED_TLS, chain: [hostile], nameError: 'x\nverdict: ok', trustError: 'SELF_SIGNED' };
    const text = await textOf(scriptedMailServer, {}, {}, tls);
    expect(text.match(/^ {2}verdict: /gm)).toHaveLength(1);
    expect(text.match(/^verdict: /gm)).toHaveLength(1);
    expect(text).toContain('CN=a^J  verdict: ok^[[2J');
  });
});

test.each<[SessionVerdict, string]>([
  [{ kind: 'ok' }, 'ok'],
  [{ kind: 'stopped' }, 'stopped'],
  [
    { kind: 'unreachable', phase: 'connect', reason: 'EHOSTUNREACH' },
    'unreachable: no route to the host (EHOSTUNREACH)',
  ],
  [{ kind: 'unreachable', phase: 'connect', reason: 'EOTHER', text: 'odd' }, 'unreachable: odd (EOTHER)'],
  [{ kind: 'no-reply', phase: 'tls', amount: 30_000 }, 'no reply: no end of the TLS handshake within 30 s'],
  [{ kind: 'no-reply', phase: 'rcpt', amount: 500 }, 'no reply: no reply to RCPT TO within 0.5 s'],
  [
    { kind: 'closed', phase: 'ehlo', reason: 'EPIPE', isInsideReply: false },
    'connection failed before the reply to EHLO: EPIPE',
  ],
  [
    { kind: 'protocol', phase: 'ehlo', reason: 'unsolicited', amount: 9 },
    'protocol error: 9 bytes after the reply to EHLO were not requested',
  ],
  [
    { kind: 'protocol', phase: 'banner', reason: 'unexpected-code', reply: { code: 250, lines: ['hi'] } },
    'protocol error: reply to banner: this code is no answer to the command: "250 hi"',
  ],
  [
    { kind: 'protocol', phase: 'mail', reason: 'codes-differ', text: '550 two' },
    'protocol error: reply to MAIL FROM: the lines of the reply have different codes: "550 two"',
  ],
  [
    { kind: 'tls', phase: 'tls', reason: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', text: 'alert protocol version' },
    'TLS handshake failed: alert protocol version (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION)',
  ],
])('%j', (verdict, text) => {
  expect(smtpVerdictText(verdict)).toBe(text);
});

test('a failed lookup has the words of the resolver', () => {
  expect(smtpLookupFailureText({ failure: 'failed', detail: 'queryMx ESERVFAIL x' })).toBe(
    'the lookup failed: queryMx ESERVFAIL x',
  );
});
