/**
 * Fuzz target: replies of SMTP servers. Whatever a server sends, in whatever pieces, a session must end without an
 * exception, send only commands that it may send, keep within its limits, and print nothing but text. @module
 */
import { smtpTextFormatter } from '../src/report/probe/smtp-text.ts';
import { MAX_LINE_LENGTH, MAX_REPLY_LINES } from '../src/smtp/reply-reader.ts';
import { SessionEngine } from '../src/smtp/session-engine.ts';
import type { SmtpSessionEvent } from '../src/smtp/session-events.ts';
import type { SmtpTransport } from '../src/smtp/transport.ts';
import { RandomSource } from '../test/support/random-source.ts';
import { SCRIPTED_TLS } from '../test/support/scripted-server.ts';
import { mutate } from './mutate.ts';

const SERVER = { host: 'mx.example', address: '192.0.2.2', port: 25 };
const COMMANDS = /^(EHLO client|HELO client|STARTTLS|MAIL FROM:<a@example>|RCPT TO:<[bc]@example>|RSET|QUIT)\r\n$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Begins of the lines that the formatter prints: a reply cannot begin another line. */
const LINE_BEGIN = /^$|^ {2}|^( ->| ~>|<-|<~) |^mx\.example /;
const REPLIES = [
  '220 mx.example ESMTP\r\n',
  '250-mx.example hello\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n',
  '220 go ahead\r\n',
  '250 ok\r\n',
  '450 4.2.0 greylisted, try again later\r\n',
  '550-no\r\n550 such user\r\n',
  '421 closing\r\n',
  '221 bye\r\n',
  '220 go ahead\r\n250 injected\r\n',
  '250-\r\n250-\n250 \r\n',
];
const STEPS = 40;

/** Runs one seed. */
export function fuzzSmtp(seed: number): void {
  const random = new RandomSource(seed);
  const commands: string[] = [];
  let isHandshaking = false;
  let isClosed = false;
  const transport: SmtpTransport = {
    onEvent: () => undefined,
    connect: () => undefined,
    send: (text) => commands.push(text),
    startTls: () => {
      isHandshaking = true;
    },
    close: () => {
      isClosed = true;
    },
  };
  const to = ['b@example', 'c@example'];
  const engine = new SessionEngine(SERVER, 0, transport, { heloName: 'client', from: 'a@example', to });
  const events: SmtpSessionEvent[] = [];
  engine.start(0);
  engine.onEvent({ kind: 'connected', time: 1, local: '192.0.2.1:4000' });
  for (let time = 2; time < STEPS && !engine.isDone; time += 1) {
    if (isHandshaking) engine.onEvent({ kind: 'secured', time, tls: SCRIPTED_TLS });
    isHandshaking = false;
    for (const bytes of piecesOf(replyOf(random), random)) engine.onEvent({ kind: 'data', time, bytes });
    events.push(...engine.drain());
  }
  if (random.oneIn(2)) engine.onEvent({ kind: 'closed', time: STEPS, errorCode: 'ECONNRESET', errorText: 'reset' });
  engine.stop(STEPS);
  events.push(...engine.drain());
  checkSession(events, commands);
  if (!isClosed) throw new Error('the connection stays open');
}

function replyOf(random: RandomSource): Uint8Array {
  const reply = new TextEncoder().encode(random.pick(REPLIES));
  if (random.oneIn(20)) return new Uint8Array(Buffer.concat(Array<Uint8Array>(2_000).fill(reply)));
  return random.oneIn(3) ? mutate(reply, random) : reply;
}

function piecesOf(bytes: Uint8Array, random: RandomSource): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = random.oneIn(2) ? bytes.length : 1 + random.below(30);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function checkSession(events: readonly SmtpSessionEvent[], commands: readonly string[]): void {
  const sessions = events.filter((event) => event.type === 'session');
  if (sessions.length !== 1) throw new Error(`${sessions.length} results of one session`);
  const wrong = commands.find((command) => !COMMANDS.test(command));
  if (wrong !== undefined) throw new Error(`sent ${JSON.stringify(wrong)}`);
  const lines = events.filter((event) => event.type === 'line' && event.direction === 'received');
  if (lines.length > MAX_REPLY_LINES * (commands.length + 1)) throw new Error(`${lines.length} lines`);
  for (const event of events) {
    if (event.type === 'line' && event.text.length > MAX_LINE_LENGTH) throw new Error('a line above the limit');
  }
  const format = smtpTextFormatter({ isVerbose: true, isQuiet: false });
  for (const line of events.map(format).join('').split('\n')) {
    if (UNPRINTABLE.test(line) || !LINE_BEGIN.test(line)) throw new Error(`printed ${JSON.stringify(line)}`);
  }
}
