/** An SMTP server as a script behind the transport of a session, on a virtual clock. @module */
import type { TlsReport } from '../../src/smtp/tls-report.ts';
import type { SmtpTransport, SmtpTransportEvent } from '../../src/smtp/transport.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the server does when it receives a request. */
export interface ScriptedAnswer {
  /** Text, in one piece; a list arrives piece by piece, each a millisecond after the other. */
  readonly text?: string | readonly string[];
  /** Milliseconds before the answer; 1 by default. */
  readonly delay?: number;
  /** Then closes the connection, or fails with this error: `ECONNRESET`. */
  readonly close?: true | string;
}

/**
 * Returns the answer to `CONNECT`, `BANNER`, `TLS` or a command; a text is an answer that only has text. Undefined: the
 * server accepts the connection and TLS, and is silent otherwise.
 */
export type Script = (request: string) => ScriptedAnswer | string | undefined;

export const SCRIPTED_TLS: TlsReport = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  serverName: 'mx.example',
  chain: [],
  trustError: undefined,
  nameError: undefined,
  expiresIn: 90 * 86_400_000,
};

export class ScriptedServer implements SmtpTransport {
  readonly #clock: VirtualClock;
  readonly #script: Script;
  readonly #tls: TlsReport;
  #listener: (event: SmtpTransportEvent) => void = () => undefined;
  /** Everything that the client sent, without line ends. */
  readonly commands: string[] = [];
  /** How the client closed the connection. */
  closed: 'abruptly' | 'in good order' | undefined;

  constructor(clock: VirtualClock, script: Script, tls: TlsReport = SCRIPTED_TLS) {
    this.#clock = clock;
    this.#script = script;
    this.#tls = tls;
  }

  onEvent(listener: (event: SmtpTransportEvent) => void): void {
    this.#listener = listener;
  }

  connect(): void {
    this.#answer('CONNECT', () => {
      this.#emit({ kind: 'connected', time: this.#clock.now(), local: '192.0.2.1:4000' });
      this.#answer('BANNER');
    });
  }

  send(text: string): void {
    const command = text.replace(/\r\n$/, '');
    this.commands.push(command);
    this.#answer(command);
  }

  startTls(): void {
    this.#answer('TLS', () => this.#emit({ kind: 'secured', time: this.#clock.now(), tls: this.#tls }));
  }

  close(isAbrupt: boolean): void {
    this.closed = isAbrupt ? 'abruptly' : 'in good order';
  }

  /** @param succeed what happens unless the script closes the connection */
  #answer(request: string, succeed?: () => void): void {
    const made = this.#script(request);
    const answer: ScriptedAnswer = typeof made === 'string' ? { text: made } : (made ?? {});
    let time = this.#clock.now() + (answer.delay ?? 1);
    for (const piece of [answer.text ?? []].flat()) {
      const bytes = Buffer.from(piece, 'latin1');
      this.#clock.at(time, () => this.#emit({ kind: 'data', time: this.#clock.now(), bytes }));
      time += 1;
    }
    const { close } = answer;
    if (close !== undefined) {
      const errorCode = close === true ? undefined : close;
      const errorText = errorCode?.toLowerCase();
      this.#clock.at(time, () => this.#emit({ kind: 'closed', time: this.#clock.now(), errorCode, errorText }));
    } else if (succeed !== undefined && answer.delay !== Infinity) this.#clock.at(time, succeed);
  }

  #emit(event: SmtpTransportEvent): void {
    if (this.closed === undefined) this.#listener(event);
  }
}

/** A well-behaved server with STARTTLS; `changes` replaces single answers, by the begin of the request. */
export function scriptedMailServer(changes: Readonly<Record<string, ScriptedAnswer | string>> = {}): Script {
  let isSecured = false;
  return (request) => {
    const verb = request.split(' ', 1)[0] ?? '';
    if (verb === 'TLS') isSecured = true;
    const name = verb === 'EHLO' && isSecured ? 'EHLO-TLS' : verb;
    return changes[request] ?? changes[name] ?? ANSWERS[name];
  };
}

const ANSWERS: Readonly<Record<string, string>> = {
  BANNER: '220 mx.example ESMTP\r\n',
  EHLO: '250-mx.example hello\r\n250-SIZE 1000\r\n250 STARTTLS\r\n',
  STARTTLS: '220 go ahead\r\n',
  'EHLO-TLS': '250-mx.example hello\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n',
  HELO: '250 mx.example\r\n',
  MAIL: '250 ok\r\n',
  RCPT: '250 ok\r\n',
  RSET: '250 ok\r\n',
  QUIT: '221 bye\r\n',
};
