/**
 * One SMTP session as a state machine without I/O and without a clock: connect, banner, EHLO, STARTTLS, EHLO, optionally
 * MAIL, RCPT and RSET, then QUIT. It never sends DATA, VRFY, EXPN or AUTH. @module
 */
import { defined } from '../base/defined.ts';
import { EventList } from '../probe/index.ts';
import { type Capabilities, readCapabilities } from './capabilities.ts';
import { ReplyReader, type SmtpReply } from './reply-reader.ts';
import type { ServerAddress, SessionVerdict, SmtpPhase, SmtpPhaseEvent, SmtpSessionEvent } from './session-events.ts';
import { SessionRecord } from './session-record.ts';
import type { TlsReport } from './tls-report.ts';
import type { SmtpTransport, SmtpTransportEvent } from './transport.ts';
import { bannerRemarks, capabilityRemarks, tlsRemarks, verdictOfReply } from './verdict.ts';

/** Options of a session; times in milliseconds. */
export interface SessionOptions {
  /** Name or address literal for EHLO, checked by `parseHeloName`. */
  readonly heloName: string;
  /**
   * `auto` uses STARTTLS if the server offers it, `none` never, `implicit` starts with TLS (RFC 8314, port 465).
   * `auto` by default.
   */
  readonly tls?: 'auto' | 'none' | 'implicit';
  /** Sends MAIL FROM with this mailbox; empty for the null sender. Checked by `parseMailbox`. */
  readonly from?: string;
  /** Sends RCPT TO with each of these mailboxes. */
  readonly to?: readonly string[];
  /**
   * Sends a NOOP together with STARTTLS, and QUIT after the handshake: a server that answers the NOOP inside TLS executes
   * commands that an attacker has injected before (CVE-2011-0411). The session ends there.
   */
  readonly testsInjection?: boolean;
  /** Limit for the connection; 10,000 by default. */
  readonly connectTimeout?: number;
  /** Limit for each reply and for the TLS handshake; 30,000 by default. */
  readonly replyTimeout?: number;
}

const DEFAULT_CONNECT_TIMEOUT = 10_000;
const DEFAULT_REPLY_TIMEOUT = 30_000;
/** The server waits for no other reply; QUIT is not worth a long wait. */
const QUIT_TIMEOUT = 5_000;
/** "Service not available, closing transmission channel" (RFC 5321, 3.8). */
const SERVICE_CLOSING = 421;

export class SessionEngine {
  readonly #server: ServerAddress;
  readonly #sequence: number;
  readonly #transport: SmtpTransport;
  readonly #options: SessionOptions;
  readonly #events = new EventList<SmtpSessionEvent>();
  readonly #reader: ReplyReader;
  readonly #record: SessionRecord;
  #phase: SmtpPhase = 'connect';
  #startedAt = 0;
  #phaseStartedAt = 0;
  #isSecured = false;
  #isDone = false;
  #lastLine = '';

  /** @param sequence number of the session with this server */
  constructor(server: ServerAddress, sequence: number, transport: SmtpTransport, options: SessionOptions) {
    this.#server = server;
    this.#sequence = sequence;
    this.#transport = transport;
    this.#options = options;
    this.#record = new SessionRecord(server, sequence);
    this.#reader = new ReplyReader(({ text, isCut }) => {
      this.#lastLine = text;
      this.#events.push({ type: 'line', direction: 'received', isSecured: this.#isSecured, text, isCut });
    });
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Time of the next call of `advance`. */
  get deadline(): number {
    return this.#phaseStartedAt + this.#limit;
  }

  get #limit(): number {
    const { connectTimeout = DEFAULT_CONNECT_TIMEOUT, replyTimeout = DEFAULT_REPLY_TIMEOUT } = this.#options;
    if (this.#phase === 'connect') return connectTimeout;
    return this.#phase === 'quit' ? Math.min(QUIT_TIMEOUT, replyTimeout) : replyTimeout;
  }

  /** Returns the events since the last call, in order; the last of all is the session. */
  drain(): readonly SmtpSessionEvent[] {
    return this.#events.drain();
  }

  start(now: number): void {
    this.#startedAt = now;
    this.#phaseStartedAt = now;
    this.#events.push({ type: 'start', sequence: this.#sequence, server: this.#server });
    this.#transport.connect();
  }

  /** Ends the session if the current phase has taken too long. */
  advance(now: number): void {
    if (this.#isDone || now < this.deadline) return;
    if (this.#phase === 'quit') {
      this.#record.remark('no-quit-reply', 'timeout');
      this.#finish({ kind: 'ok' }, now, true);
    } else this.#finish({ kind: 'no-reply', phase: this.#phase, amount: this.#limit }, now, true);
  }

  /** Ends the session early. */
  stop(now: number): void {
    this.#finish({ kind: 'stopped', phase: this.#phase }, now, true);
  }

  onEvent(event: SmtpTransportEvent): void {
    if (this.#isDone) return;
    if (event.kind === 'connected') this.#onConnected(event.local, event.time);
    else if (event.kind === 'secured') this.#onSecured(event.tls, event.time);
    else if (event.kind === 'data') this.#onData(event.bytes, event.time);
    else this.#onClosed(event);
  }

  #onConnected(local: string, now: number): void {
    this.#record.local = local;
    this.#endPhase(now, {});
    if (this.#options.tls === 'implicit') this.#startTls(now);
    else this.#beginPhase('banner', now);
  }

  #onSecured(tls: TlsReport, now: number): void {
    this.#isSecured = true;
    this.#record.tls = tls;
    this.#record.addRemarks(tlsRemarks(tls));
    this.#endPhase(now, { tls });
    if (this.#options.tls === 'implicit') this.#beginPhase('banner', now);
    else if (this.#options.testsInjection === true) this.#quit(now);
    else this.#command('ehlo-tls', `EHLO ${this.#options.heloName}`, now);
  }

  #onData(bytes: Uint8Array, now: number): void {
    this.#reader.push(bytes);
    if (this.#phase === 'tls') {
      this.#failPlaintext(now);
      return;
    }
    const result = this.#reader.next();
    if (result === undefined) return;
    if (typeof result !== 'string') this.#onReply(result, now);
    else this.#finish({ kind: 'protocol', phase: this.#phase, reason: result, text: this.#lastLine }, now, true);
  }

  #onClosed({ errorCode, errorText, time }: SmtpTransportEvent & { readonly kind: 'closed' }): void {
    const { isInsideReply } = this.#reader;
    this.#reader.flush();
    const phase = this.#phase;
    const isReset = errorCode === 'ECONNRESET';
    const error = { phase, ...defined({ reason: errorCode, text: errorText }) };
    if (phase === 'quit') {
      this.#record.remark('no-quit-reply', errorCode ?? 'connection closed');
      this.#finish({ kind: 'ok' }, time, false);
    } else if (phase === 'connect' && isReset) {
      this.#finish({ kind: 'closed', isInsideReply, ...error, phase: 'banner' }, time, true); // accepted, then reset
    } else if (phase === 'connect') this.#finish({ kind: 'unreachable', ...error }, time, true);
    else if (phase === 'tls' && errorCode !== undefined && !isReset)
      this.#finish({ kind: 'tls', ...error }, time, true);
    else this.#finish({ kind: 'closed', isInsideReply, ...error }, time, true);
  }

  /** Handles the reply to the current phase. */
  #onReply(reply: SmtpReply, now: number): void {
    const phase = this.#phase;
    const isPositive = reply.code < 300;
    const isEhlo = phase === 'ehlo' || phase === 'ehlo-tls';
    const capabilities = isEhlo && isPositive ? readCapabilities(reply) : undefined;
    this.#endPhase(now, { reply, capabilities });
    if (phase === 'rcpt') this.#record.recipients.push({ recipient: this.#recipient ?? '', reply });
    if (reply.code === SERVICE_CLOSING && phase !== 'quit') this.#failReply(phase, reply, now);
    else if (phase === 'banner') this.#onBanner(reply, now);
    else if (phase === 'quit') this.#onQuit(reply, now);
    else if (phase === 'starttls') this.#onStartTls(reply, now);
    else if (phase === 'rcpt') this.#onRecipient(reply, now);
    else if (phase === 'rset') this.#onReset(reply, now);
    else if (capabilities !== undefined) this.#onCapabilities(capabilities, now);
    else if (isEhlo && reply.code >= 500) this.#fallBack(reply, now);
    else if (!isPositive) this.#failReply(phase, reply, now);
    else if (phase === 'mail') this.#nextRecipient(now);
    else this.#beginTransaction(now); // HELO
  }

  #onBanner(reply: SmtpReply, now: number): void {
    this.#record.banner = reply;
    this.#record.addRemarks(bannerRemarks(now - this.#phaseStartedAt));
    if (reply.code === 220) this.#command('ehlo', `EHLO ${this.#options.heloName}`, now);
    else this.#failReply('banner', reply, now);
  }

  #onCapabilities(found: Capabilities, now: number): void {
    this.#record.addRemarks(capabilityRemarks(found, this.#isSecured));
    if (this.#isSecured) this.#record.secured = found;
    else this.#record.plain = found;
    if (this.#isSecured || this.#options.tls === 'none') this.#beginTransaction(now);
    else if (found.isStartTlsOffered) this.#command('starttls', this.#startTlsCommand, now);
    else {
      this.#record.remark('no-starttls', 'EHLO does not list STARTTLS');
      this.#beginTransaction(now);
    }
  }

  get #startTlsCommand(): string {
    return this.#options.testsInjection === true ? 'STARTTLS\r\nNOOP' : 'STARTTLS';
  }

  /** Greets a server that does not know EHLO (RFC 5321, 3.2). */
  #fallBack(reply: SmtpReply, now: number): void {
    this.#record.remark('no-ehlo', describeReply(reply));
    this.#command('helo', `HELO ${this.#options.heloName}`, now);
  }

  #onStartTls(reply: SmtpReply, now: number): void {
    if (reply.code === 220) {
      this.#startTls(now);
      return;
    }
    const isTest = this.#options.testsInjection === true;
    this.#record.remark(isTest ? 'injection-refused' : 'starttls-refused', describeReply(reply));
    if (isTest) this.#quit(now);
    else this.#beginTransaction(now);
  }

  #startTls(now: number): void {
    if (this.#reader.unreadLength > 0) {
      this.#failPlaintext(now);
      return;
    }
    this.#beginPhase('tls', now);
    this.#transport.startTls();
  }

  /** Bytes between the reply to STARTTLS and TLS may be forged: they are reported and never interpreted. */
  #failPlaintext(now: number): void {
    const amount = this.#reader.unreadLength;
    this.#reader.discard();
    this.#finish({ kind: 'plaintext', phase: 'tls', amount }, now, true);
  }

  #beginTransaction(now: number): void {
    const { from } = this.#options;
    if (from === undefined) this.#quit(now);
    else this.#command('mail', `MAIL FROM:<${from}>`, now);
  }

  /** The recipient whose turn it is. */
  get #recipient(): string | undefined {
    return this.#options.to?.[this.#record.recipients.length];
  }

  #nextRecipient(now: number): void {
    const recipient = this.#recipient;
    if (recipient === undefined) this.#command('rset', 'RSET', now);
    else this.#command('rcpt', `RCPT TO:<${recipient}>`, now);
  }

  /** The first rejected recipient decides; the others are tested all the same. */
  #onRecipient(reply: SmtpReply, now: number): void {
    if (reply.code >= 300) this.#record.verdict ??= verdictOfReply('rcpt', reply);
    this.#nextRecipient(now);
  }

  #onReset(reply: SmtpReply, now: number): void {
    if (reply.code >= 300) this.#record.remark('reset-refused', describeReply(reply));
    this.#quit(now);
  }

  #onQuit(reply: SmtpReply, now: number): void {
    const isTest = this.#options.testsInjection === true && this.#isSecured;
    if (isTest && reply.code === 250) {
      this.#finish({ kind: 'injection', phase: 'starttls', reply }, now, true); // the reply to NOOP
      return;
    }
    if (reply.code !== 221) this.#record.remark('no-quit-reply', describeReply(reply));
    else if (isTest) this.#record.remark('injection-refused', describeReply(reply));
    this.#finish({ kind: 'ok' }, now, false);
  }

  /** Ends the session in good order after a negative reply. */
  #failReply(phase: SmtpPhase, reply: SmtpReply, now: number): void {
    this.#record.verdict ??= verdictOfReply(phase, reply);
    this.#quit(now);
  }

  #quit(now: number): void {
    this.#command('quit', 'QUIT', now);
  }

  #command(phase: SmtpPhase, text: string, now: number): void {
    const amount = this.#reader.unreadLength;
    if (amount > 0) {
      this.#finish({ kind: 'protocol', phase: this.#phase, reason: 'unsolicited', amount }, now, true);
      return;
    }
    this.#beginPhase(phase, now);
    for (const line of text.split('\r\n')) {
      this.#events.push({ type: 'line', direction: 'sent', isSecured: this.#isSecured, text: line, isCut: false });
    }
    this.#transport.send(`${text}\r\n`);
  }

  #beginPhase(phase: SmtpPhase, now: number): void {
    this.#phase = phase;
    this.#phaseStartedAt = now;
  }

  #endPhase(now: number, results: Partial<Pick<SmtpPhaseEvent, 'reply' | 'capabilities' | 'tls'>>): void {
    const time = now - this.#phaseStartedAt;
    const phase = this.#phase;
    this.#record.addTime(phase, time);
    const { reply, capabilities, tls } = results;
    this.#events.push({ type: 'phase', phase, time, reply, capabilities, tls });
  }

  /**
   * @param verdict unless an earlier failure has decided
   * @param isAbrupt closes the connection without waiting for the server
   */
  #finish(verdict: SessionVerdict, now: number, isAbrupt: boolean): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#transport.close(isAbrupt);
    if (this.#reader.bareLineFeeds > 0) this.#record.remark('bare-line-feed', `${this.#reader.bareLineFeeds} lines`);
    if (this.#reader.cutLines > 0) this.#record.remark('long-line', `${this.#reader.cutLines} lines`);
    this.#events.push(this.#record.result(verdict, now - this.#startedAt));
  }
}

function describeReply({ code, lines }: SmtpReply): string {
  return `${code} ${lines.at(-1) ?? ''}`;
}
