/** Every phase of a session, and every fault in it, against scripted servers on a virtual clock. */
import { describe, expect, test } from 'vitest';
import { runSession } from '../../src/smtp/run-session.ts';
import { SessionEngine, type SessionOptions } from '../../src/smtp/session-engine.ts';
import type { SmtpPhase, SmtpSession, SmtpSessionEvent } from '../../src/smtp/session-events.ts';
import type { TlsReport } from '../../src/smtp/tls-report.ts';
import {
  SCRIPTED_TLS,
  type Script,
  type ScriptedAnswer,
  ScriptedServer,
  scriptedMailServer,
} from '../support/scripted-server.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SERVER = { host: 'mx.example', address: '192.0.2.2', port: 25 };
const MESSAGE = { from: 'a@example', to: ['b@example'] };

interface Run {
  readonly session: SmtpSession;
  readonly events: readonly SmtpSessionEvent[];
  readonly commands: readonly string[];
  readonly closed: ScriptedServer['closed'];
}

async function run(script: Script, options: Partial<SessionOptions> = {}, tls?: TlsReport): Promise<Run> {
  const clock = new VirtualClock();
  const server = new ScriptedServer(clock, script, tls);
  const engine = new SessionEngine(SERVER, 0, server, { heloName: 'client.example', ...options });
  const events: SmtpSessionEvent[] = [];
  for await (const event of runSession(engine, server, clock)) events.push(event);
  const session = events.at(-1);
  if (session?.type !== 'session') throw new Error('the session did not end with its result');
  return { session, events, commands: server.commands, closed: server.closed };
}

const faulty = (
  changes: Readonly<Record<string, ScriptedAnswer | string>>,
  options: Partial<SessionOptions> = MESSAGE,
): Promise<Run> => run(scriptedMailServer(changes), options);

const kinds = ({ remarks }: SmtpSession): string[] => remarks.map(({ kind }) => kind);

describe('a session in good order', () => {
  test('STARTTLS, EHLO again, MAIL, RCPT, RSET and QUIT, each phase timed', async () => {
    const { session, commands, closed } = await run(scriptedMailServer(), MESSAGE);
    expect(commands).toEqual([
      'EHLO client.example',
      'STARTTLS',
      'EHLO client.example',
      'MAIL FROM:<a@example>',
      'RCPT TO:<b@example>',
      'RSET',
      'QUIT',
    ]);
    expect(session).toMatchObject({
      verdict: { kind: 'ok' },
      local: '192.0.2.1:4000',
      banner: { code: 220, lines: ['mx.example ESMTP'] },
      tls: { protocol: 'TLSv1.3' },
      recipients: [{ recipient: 'b@example', reply: { code: 250 } }],
      time: 10,
    });
    const times = Object.entries(session.phases);
    expect(times).toEqual(
      ['connect', 'banner', 'ehlo', 'starttls', 'tls', 'ehlo-tls', 'mail', 'rcpt', 'rset', 'quit'].map((phase) => [
        phase,
        1,
      ]),
    );
    expect(closed).toBe('in good order');
  });

  test('capabilities before and after TLS', async () => {
    const { session } = await run(scriptedMailServer());
    const { plain, secured } = session.capabilities;
    expect(plain).toEqual({
      domain: 'mx.example',
      keywords: ['SIZE 1000', 'STARTTLS'],
      authMechanisms: [],
      isStartTlsOffered: true,
    });
    expect(secured?.authMechanisms).toEqual(['PLAIN', 'LOGIN']);
    expect(kinds(session)).toEqual([]);
  });

  test('without --from no mail transaction begins', async () => {
    const { commands } = await run(scriptedMailServer());
    expect(commands).toEqual(['EHLO client.example', 'STARTTLS', 'EHLO client.example', 'QUIT']);
  });

  test('the null sender, and several recipients in one phase', async () => {
    const { session, commands } = await run(scriptedMailServer(), { from: '', to: ['b@example', 'c@example'] });
    expect(commands.slice(3, 6)).toEqual(['MAIL FROM:<>', 'RCPT TO:<b@example>', 'RCPT TO:<c@example>']);
    expect(session.phases.rcpt).toBe(2);
  });

  test('implicit TLS begins before the banner', async () => {
    const { session, commands } = await run(scriptedMailServer(), { tls: 'implicit' });
    expect(commands).toEqual(['EHLO client.example', 'QUIT']);
    expect(Object.keys(session.phases)).toEqual(['connect', 'tls', 'banner', 'ehlo', 'quit']);
    expect([session.capabilities.plain, session.capabilities.secured?.domain]).toEqual([undefined, 'mx.example']);
  });

  test('tls none ignores STARTTLS', async () => {
    const { session, commands } = await run(scriptedMailServer(), { tls: 'none' });
    expect(commands).toEqual(['EHLO client.example', 'QUIT']);
    expect([session.tls, session.verdict.kind]).toEqual([undefined, 'ok']);
  });

  test('replies in many pieces, of one byte each', async () => {
    const slow = Object.fromEntries(
      Object.entries({ BANNER: '220-one\r\n220 two\r\n', EHLO: '250-mx\r\n250 SIZE 1\r\n' }).map(([request, text]) => [
        request,
        { text: [...text] },
      ]),
    );
    const { session } = await faulty(slow);
    expect(session).toMatchObject({ verdict: { kind: 'ok' }, banner: { code: 220, lines: ['one', 'two'] } });
  });

  test('the transcript marks what TLS protects', async () => {
    const { events } = await run(scriptedMailServer());
    const lines = events.flatMap((event) => (event.type === 'line' ? [[event.isSecured, event.text]] : []));
    expect(lines).toEqual([
      [false, '220 mx.example ESMTP'],
      [false, 'EHLO client.example'],
      [false, '250-mx.example hello'],
      [false, '250-SIZE 1000'],
      [false, '250 STARTTLS'],
      [false, 'STARTTLS'],
      [false, '220 go ahead'],
      [true, 'EHLO client.example'],
      [true, '250-mx.example hello'],
      [true, '250-SIZE 1000'],
      [true, '250 AUTH PLAIN LOGIN'],
      [true, 'QUIT'],
      [true, '221 bye'],
    ]);
  });
});

/** The request that begins a phase. */
const REQUESTS: readonly (readonly [SmtpPhase, string])[] = [
  ['banner', 'BANNER'],
  ['ehlo', 'EHLO'],
  ['starttls', 'STARTTLS'],
  ['ehlo-tls', 'EHLO-TLS'],
  ['mail', 'MAIL'],
  ['rcpt', 'RCPT'],
  ['rset', 'RSET'],
];

describe('faults in each phase', () => {
  test.each(REQUESTS)('%s: no reply', async (phase, request) => {
    const { session, closed } = await faulty({ [request]: {} });
    expect(session.verdict).toEqual({ kind: 'no-reply', phase, amount: 30_000 });
    expect(closed).toBe('abruptly');
  });

  test.each(REQUESTS)('%s: a reply that never ends costs no more time than none', async (phase, request) => {
    const { session } = await faulty({ [request]: { text: '2', delay: 29_999 } });
    expect(session.verdict).toEqual({ kind: 'no-reply', phase, amount: 30_000 });
  });

  test.each(REQUESTS)('%s: reset', async (phase, request) => {
    const { session } = await faulty({ [request]: { close: 'ECONNRESET' } });
    expect(session.verdict).toMatchObject({ kind: 'closed', phase, reason: 'ECONNRESET', isInsideReply: false });
  });

  test.each(REQUESTS)('%s: closed within the reply, whose begin is in the transcript', async (phase, request) => {
    const { session, events } = await faulty({ [request]: { text: '250-first\r\n250-sec', close: true } });
    expect(session.verdict).toEqual({ kind: 'closed', phase, isInsideReply: true });
    const received = events.flatMap((event) => (event.type === 'line' ? [event.text] : []));
    expect(received.slice(-2)).toEqual(['250-first', '250-sec']);
  });

  test.each(REQUESTS)('%s: no SMTP reply', async (phase, request) => {
    const { session } = await faulty({ [request]: 'HTTP/1.1 400 Bad Request\r\n' });
    const text = 'HTTP/1.1 400 Bad Request';
    expect(session.verdict).toEqual({ kind: 'protocol', phase, reason: 'syntax', text });
  });

  test.each(REQUESTS)('%s: lines with different codes', async (phase, request) => {
    const { session } = await faulty({ [request]: '250-one\r\n550 two\r\n' });
    expect(session.verdict).toMatchObject({ kind: 'protocol', phase, reason: 'codes-differ', text: '550 two' });
  });

  test.each(REQUESTS)('%s: a line of a megabyte is cut, and the session ends', async (phase, request) => {
    const { session, events } = await faulty({ [request]: `250 ${'x'.repeat(1 << 20)}\r\n` });
    expect(session.verdict).toMatchObject({ kind: 'protocol', phase, reason: 'too-long' });
    const cut = events.flatMap((event) => (event.type === 'line' && event.isCut ? [event.text.length] : []));
    expect(cut).toEqual([2_048]);
    expect(kinds(session)).toContain('long-line');
  });

  test.each(REQUESTS)('%s: lines without end', async (phase, request) => {
    const { session, events } = await faulty({ [request]: '250-more\r\n'.repeat(100_000) });
    expect(session.verdict).toMatchObject({ kind: 'protocol', phase, reason: 'too-long' });
    expect(events.length).toBeLessThan(600);
  });

  test.each(REQUESTS.filter(([phase]) => phase !== 'starttls'))(
    '%s: more than was requested',
    async (phase, request) => {
      const { session, commands } = await faulty({ [request]: '220 one\r\n250 two\r\n' });
      expect(session.verdict).toEqual({ kind: 'protocol', phase, reason: 'unsolicited', amount: 9 });
      expect(commands).not.toContain('QUIT');
    },
  );

  test.each(REQUESTS)('%s: 421 ends the session', async (phase, request) => {
    const { session, commands } = await faulty({ [request]: '421 4.3.2 shutting down\r\n' });
    expect(session.verdict).toMatchObject({ kind: 'temporary', phase, reply: { code: 421 } });
    expect(commands.at(-1)).toBe('QUIT');
  });
});

describe('connection', () => {
  test.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'])('%s', async (code) => {
    const { session } = await faulty({ CONNECT: { close: code } });
    expect(session.verdict).toMatchObject({ kind: 'unreachable', phase: 'connect', reason: code });
    expect(session.phases).toEqual({});
  });

  test('no answer within the limit', async () => {
    const { session } = await faulty({ CONNECT: { delay: Infinity } }, { connectTimeout: 3_000 });
    expect(session.verdict).toEqual({ kind: 'no-reply', phase: 'connect', amount: 3_000 });
    expect(session.time).toBe(3_000);
  });
});

describe('replies of servers', () => {
  test.each([
    ['554 5.7.1 no\r\n', 'rejected'],
    ['450 4.7.1 wait\r\n', 'temporary'],
  ])('a banner of %j ends with QUIT and nothing else', async (text, kind) => {
    const { session, commands } = await faulty({ BANNER: text });
    expect([session.verdict.kind, session.verdict.phase]).toEqual([kind, 'banner']);
    expect(commands).toEqual(['QUIT']);
  });

  test('a banner of another positive code is a violation', async () => {
    const { session } = await faulty({ BANNER: '250 hello\r\n' });
    expect(session.verdict).toMatchObject({ kind: 'protocol', phase: 'banner', reason: 'unexpected-code' });
  });

  test.each(['500', '502', '550'])('HELO after %s for EHLO', async (code) => {
    const { session, commands } = await faulty({ EHLO: `${code} what?\r\n` }, {});
    expect(commands).toEqual(['EHLO client.example', 'HELO client.example', 'QUIT']);
    expect([session.verdict.kind, kinds(session)]).toEqual(['ok', ['no-ehlo']]);
  });

  test.each(['454 4.7.0 TLS not available\r\n', '501 5.5.4 no\r\n'])('STARTTLS refused: %j', async (text) => {
    const { session, commands } = await faulty({ STARTTLS: text }, {});
    expect([session.verdict.kind, kinds(session)]).toEqual(['ok', ['starttls-refused']]);
    expect(commands).toEqual(['EHLO client.example', 'STARTTLS', 'QUIT']);
  });

  test.each([
    ['450 4.2.0 Greylisted, see http://postgrey.example/', 'greylisted'],
    ['451 4.7.1 Please try again later', 'greylisted'],
    ['452 4.2.2 Mailbox full', 'temporary'],
    ['550 5.1.1 User unknown', 'rejected'],
  ])('RCPT TO: %s', async (text, kind) => {
    const { session, commands } = await faulty({ RCPT: `${text}\r\n` });
    expect([session.verdict.kind, session.verdict.phase]).toEqual([kind, 'rcpt']);
    expect(commands.slice(-2)).toEqual(['RSET', 'QUIT']);
  });

  test('a rejected sender needs no RSET', async () => {
    const { session, commands } = await faulty({ MAIL: '553 5.1.8 who?\r\n' });
    expect([session.verdict.kind, session.verdict.phase]).toEqual(['rejected', 'mail']);
    expect(commands.slice(-2)).toEqual(['MAIL FROM:<a@example>', 'QUIT']);
  });

  test('the first rejected recipient decides, and the others are tested', async () => {
    const changes = { 'RCPT TO:<c@example>': '450 4.2.1 busy\r\n', 'RCPT TO:<d@example>': '550 5.1.1 no\r\n' };
    const to = ['b@example', 'c@example', 'd@example'];
    const { session } = await faulty(changes, { from: '', to });
    expect(session.verdict).toMatchObject({ kind: 'temporary', reply: { code: 450 } });
    expect(session.recipients.map(({ reply }) => reply.code)).toEqual([250, 450, 550]);
  });

  test.each([
    ['221 bye\r\n', []],
    ['250 bye\r\n', ['no-quit-reply']],
    [{ close: true } as const, ['no-quit-reply']],
    [{}, ['no-quit-reply']],
  ])('QUIT: %j is no failure', async (answer, remarks) => {
    const { session } = await faulty({ QUIT: answer }, { tls: 'none' });
    expect([session.verdict.kind, kinds(session)]).toEqual(['ok', remarks]);
  });

  test('a slow banner is remarked', async () => {
    const { session } = await faulty({ BANNER: { text: '220 tarpit\r\n', delay: 20_000 } }, { tls: 'none' });
    expect(session.remarks).toEqual([{ kind: 'slow-banner', detail: '20.0 s' }]);
    expect(session.phases.banner).toBe(20_000);
  });

  test('line feeds without carriage returns are accepted and remarked', async () => {
    const { session } = await faulty({ BANNER: '220-a\n220 b\n' }, { tls: 'none' });
    expect(session.remarks).toEqual([{ kind: 'bare-line-feed', detail: '2 lines' }]);
  });

  test('AUTH without TLS and STARTTLS after TLS are remarked', async () => {
    const changes = { EHLO: '250-mx\r\n250-AUTH LOGIN\r\n250 STARTTLS\r\n', 'EHLO-TLS': '250-mx\r\n250 STARTTLS\r\n' };
    const { session } = await faulty(changes, {});
    expect(kinds(session)).toEqual(['auth-in-clear', 'starttls-repeated']);
  });
});

describe('TLS', () => {
  test.each(['220 go\r\n250 injected\r\n', '220 go\r\n\r\n', '220 go\r\n\0'])(
    'bytes after the reply to STARTTLS are reported and never interpreted: %j',
    async (text) => {
      const { session, commands, events } = await faulty({ STARTTLS: text });
      const amount = text.length - '220 go\r\n'.length;
      expect(session.verdict).toEqual({ kind: 'plaintext', phase: 'tls', amount });
      expect(commands).toEqual(['EHLO client.example', 'STARTTLS']);
      expect(session.tls).toBeUndefined();
      const lines = events.flatMap((event) => (event.type === 'line' ? [event.text] : []));
      expect(lines.at(-1)).toBe('220 go');
    },
  );

  test('bytes that arrive later, in place of the handshake, are the same', async () => {
    const { session, commands } = await faulty({ TLS: { text: '250 injected\r\n', close: true } });
    expect(session.verdict).toEqual({ kind: 'plaintext', phase: 'tls', amount: 14 });
    expect(commands.at(-1)).toBe('STARTTLS');
  });

  describe('the test of command injection', () => {
    const TEST = { testsInjection: true };

    test('sends NOOP together with STARTTLS, and nothing after TLS but QUIT', async () => {
      const { session, commands } = await run(scriptedMailServer({ 'STARTTLS\r\nNOOP': '220 go ahead\r\n' }), TEST);
      expect(commands).toEqual(['EHLO client.example', 'STARTTLS\r\nNOOP', 'QUIT']);
      expect([session.verdict.kind, kinds(session)]).toEqual(['ok', ['injection-refused']]);
    });

    test('a server that answers the NOOP inside TLS', async () => {
      const changes = { 'STARTTLS\r\nNOOP': '220 go ahead\r\n', QUIT: '250 2.0.0 Ok\r\n' };
      const { session } = await run(scriptedMailServer(changes), TEST);
      const reply = { code: 250, lines: ['2.0.0 Ok'] };
      expect(session.verdict).toEqual({ kind: 'injection', phase: 'starttls', reply });
    });

    test('a server that refuses STARTTLS with a command behind it', async () => {
      const changes = { 'STARTTLS\r\nNOOP': '554 SMTP synchronization error\r\n' };
      const { session, commands } = await run(scriptedMailServer(changes), TEST);
      expect(commands.at(-1)).toBe('QUIT');
      expect([session.verdict.kind, kinds(session)]).toEqual(['ok', ['injection-refused']]);
    });
  });

  test('a handshake that fails', async () => {
    const { session } = await faulty({ TLS: { close: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' } });
    expect(session.verdict).toMatchObject({
      kind: 'tls',
      phase: 'tls',
      reason: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    });
  });

  test('a connection reset during the handshake', async () => {
    const { session } = await faulty({ TLS: { close: 'ECONNRESET' } });
    expect(session.verdict).toMatchObject({ kind: 'closed', phase: 'tls', reason: 'ECONNRESET' });
  });

  test('a handshake without end', async () => {
    const { session } = await faulty({ TLS: { delay: Infinity } }, { replyTimeout: 7_000 });
    expect(session.verdict).toEqual({ kind: 'no-reply', phase: 'tls', amount: 7_000 });
  });

  test('certificate and version are remarked, not enforced', async () => {
    const poor = { trustError: 'DEPTH_ZERO_SELF_SIGNED_CERT', nameError: 'not for it', protocol: 'TLSv1' };
    const { session } = await run(scriptedMailServer(), {}, { ...SCRIPTED_TLS, ...poor, expiresIn: 3 * 86_400_000 });
    expect(session.verdict.kind).toBe('ok');
    expect(kinds(session)).toEqual(['untrusted', 'wrong-name', 'expires-soon', 'old-tls']);
  });
});

describe('the end of the receiver', () => {
  test('a loop that is left closes the connection', async () => {
    const clock = new VirtualClock();
    const server = new ScriptedServer(clock, scriptedMailServer());
    const engine = new SessionEngine(SERVER, 0, server, { heloName: 'client.example' });
    for await (const event of runSession(engine, server, clock)) if (event.type === 'phase') break;
    expect(server.closed).toBe('abruptly');
  });

  test('an aborted signal ends the session with the verdict stopped', async () => {
    const clock = new VirtualClock();
    const server = new ScriptedServer(clock, scriptedMailServer({ BANNER: {} }));
    const engine = new SessionEngine(SERVER, 0, server, { heloName: 'client.example' });
    const stop = new AbortController();
    clock.at(100, () => stop.abort());
    const events: SmtpSessionEvent[] = [];
    for await (const event of runSession(engine, server, clock, stop.signal)) events.push(event);
    expect(events.at(-1)).toMatchObject({ verdict: { kind: 'stopped', phase: 'banner' }, time: 100 });
  });

  test('a slow receiver does not change the times', async () => {
    const clock = new VirtualClock();
    const server = new ScriptedServer(clock, scriptedMailServer());
    const engine = new SessionEngine(SERVER, 0, server, { heloName: 'client.example' });
    let session: SmtpSessionEvent | undefined;
    for await (const event of runSession(engine, server, clock)) {
      await clock.sleep(500);
      session = event;
    }
    expect(session).toMatchObject({ type: 'session', time: 7, verdict: { kind: 'ok' } });
  });
});
