/** Events of one SMTP session. Text in them is what the server sent: any characters. @module */
import type { Capabilities } from './capabilities.ts';
import type { SmtpReply } from './reply-reader.ts';
import type { TlsReport } from './tls-report.ts';

/** The phases of a session, in order. `ehlo-tls` is the EHLO after STARTTLS, `helo` that for servers without EHLO. */
export const SMTP_PHASES = [
  'connect',
  'banner',
  'ehlo',
  'helo',
  'starttls',
  'tls',
  'ehlo-tls',
  'mail',
  'rcpt',
  'rset',
  'quit',
] as const;

export type SmtpPhase = (typeof SMTP_PHASES)[number];

/** A session begins. */
interface SmtpStart {
  readonly type: 'start';
  readonly sequence: number;
  readonly server: ServerAddress;
}

/** One line of the transcript. */
export interface SmtpLine {
  readonly type: 'line';
  readonly direction: 'sent' | 'received';
  readonly isSecured: boolean;
  readonly text: string;
  /** The line is longer; its end was discarded. */
  readonly isCut: boolean;
}

/** A phase is complete, with a reply of any code. */
export interface SmtpPhaseEvent {
  readonly type: 'phase';
  readonly phase: SmtpPhase;
  /** Milliseconds from its request to the end of its reply. */
  readonly time: number;
  readonly reply: SmtpReply | undefined;
  /** After `ehlo` and `ehlo-tls`. */
  readonly capabilities: Capabilities | undefined;
  /** After `tls`. */
  readonly tls: TlsReport | undefined;
}

/**
 * How a session ended. `rejected`: a 5xx reply; `temporary`: 4xx; `greylisted`: 4xx with such a text; `no-reply`: a
 * timeout; `closed`: the server closed or reset the connection; `protocol`: a reply that is no SMTP reply; `plaintext`:
 * bytes after the reply to STARTTLS that TLS does not protect (CVE-2011-0411, CVE-2021-38371); `injection`: the
 * server executed a command that was sent before TLS; `tls`: the handshake failed; `stopped`: the run was ended.
 */
export type VerdictKind =
  | 'ok'
  | 'greylisted'
  | 'temporary'
  | 'rejected'
  | 'unreachable'
  | 'no-reply'
  | 'closed'
  | 'protocol'
  | 'plaintext'
  | 'injection'
  | 'tls'
  | 'stopped';

export interface SessionVerdict {
  readonly kind: VerdictKind;
  /** The phase that failed. */
  readonly phase?: SmtpPhase;
  /** The reply that decided. */
  readonly reply?: SmtpReply;
  /**
   * `unreachable`, `closed` and `tls`: code of the error. `protocol`: `syntax`, `codes-differ`, `too-long`,
   * `unexpected-code` or `unsolicited`.
   */
  readonly reason?: string;
  /** The error in words, or the line that is not a reply. */
  readonly text?: string;
  /** `closed`: the connection ended within a reply. */
  readonly isInsideReply?: boolean;
  /** `plaintext` and `unsolicited`: number of bytes; `no-reply`: milliseconds waited. */
  readonly amount?: number;
}

/** What is worth attention in a session, but no failure. */
export type RemarkKind =
  | 'slow-banner'
  | 'no-ehlo'
  | 'no-starttls'
  | 'starttls-refused'
  | 'starttls-repeated'
  | 'injection-refused'
  | 'untrusted'
  | 'wrong-name'
  | 'expires-soon'
  | 'old-tls'
  | 'auth-in-clear'
  | 'bare-line-feed'
  | 'long-line'
  | 'reset-refused'
  | 'no-quit-reply';

export interface Remark {
  readonly kind: RemarkKind;
  readonly detail: string;
}

/** The server of a session. */
export interface ServerAddress {
  /** Name of the host; the address for hosts without a name. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
}

export interface RecipientResult {
  readonly recipient: string;
  readonly reply: SmtpReply;
}

/** The result of one session. */
export interface SmtpSession {
  readonly type: 'session';
  /** Number of the session with this server, from 0. */
  readonly sequence: number;
  readonly server: ServerAddress;
  /** Own address and port; undefined without a connection. */
  readonly local: string | undefined;
  readonly verdict: SessionVerdict;
  readonly remarks: readonly Remark[];
  /** Milliseconds of each completed phase. */
  readonly phases: Readonly<Partial<Record<SmtpPhase, number>>>;
  /** Milliseconds from the connection request to the end. */
  readonly time: number;
  readonly banner: SmtpReply | undefined;
  /** Before and after TLS. */
  readonly capabilities: { readonly plain: Capabilities | undefined; readonly secured: Capabilities | undefined };
  readonly tls: TlsReport | undefined;
  readonly recipients: readonly RecipientResult[];
}

export type SmtpSessionEvent = SmtpStart | SmtpLine | SmtpPhaseEvent | SmtpSession;
