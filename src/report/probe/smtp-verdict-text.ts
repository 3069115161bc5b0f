/** Sentences for verdicts and remarks of SMTP sessions. @module */
import { printable } from '../../base/text.ts';
import type { MailServers, Remark, SessionVerdict, SmtpReply } from '../../smtp/index.ts';

type Phase = NonNullable<SessionVerdict['phase']>;

/** What a phase is called, as a label and in a sentence. */
export const PHASE_NAMES: Readonly<Record<Phase | 'total', string>> = {
  connect: 'connect',
  banner: 'banner',
  ehlo: 'EHLO',
  helo: 'HELO',
  starttls: 'STARTTLS',
  tls: 'TLS',
  'ehlo-tls': 'EHLO (TLS)',
  mail: 'MAIL FROM',
  rcpt: 'RCPT TO',
  rset: 'RSET',
  quit: 'QUIT',
  total: 'total',
};

/** Characters of a reply or a line that a sentence quotes. */
const QUOTED_LENGTH = 200;

const ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; no server listens on this port, or a firewall rejects it',
  ECONNRESET: 'connection reset by the server',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'network unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'the source address is not available; check --source',
};

const PROTOCOL_FAULTS: Readonly<Record<string, string>> = {
  syntax: 'the line is not an SMTP reply',
  'codes-differ': 'the lines of the reply have different codes',
  'too-long': 'the reply is longer than 64 KiB or 512 lines; the connection was closed',
  'unexpected-code': 'this code is no answer to the command',
};

/** Returns a reply in one line, with its code. */
export function replyText({ code, lines }: SmtpReply): string {
  return cut(`${code} ${lines.join(' ')}`.trim());
}

/** Returns the verdict of a session as a sentence without a full stop. */
export function smtpVerdictText(verdict: SessionVerdict): string {
  const { kind, phase, reply, reason = '', text = '', amount = 0 } = verdict;
  const name = PHASE_NAMES[phase ?? 'total'];
  const answer = reply === undefined ? '' : `${phase === 'banner' ? 'banner' : `reply to ${name}`} ${replyText(reply)}`;
  if (kind === 'ok') return 'ok';
  if (kind === 'rejected') return `rejected: ${answer}`;
  if (kind === 'temporary') return `temporary failure: ${answer}`;
  if (kind === 'greylisted') return `greylisted: ${answer}; a mail server would try again later`;
  if (kind === 'unreachable') return `unreachable: ${errorText(reason, text)}`;
  if (kind === 'no-reply') return `no reply: ${waitedFor(phase)} within ${amount / 1_000} s`;
  if (kind === 'closed') return `connection ${closedText(verdict)}`;
  if (kind === 'tls') return `TLS handshake failed: ${errorText(reason, text)}`;
  if (kind === 'stopped') return 'stopped';
  if (kind === 'plaintext') {
    return (
      `plaintext where TLS should begin: ${amount} bytes were discarded; the server does not start TLS, or an attacker ` +
      'injects replies (CVE-2021-38371)'
    );
  }
  if (kind === 'injection') {
    return `command injection: the server executed a command that was sent before TLS (CVE-2011-0411): ${answer}`;
  }
  if (reason === 'unsolicited') return `protocol error: ${amount} bytes after the reply to ${name} were not requested`;
  const quoted = reply === undefined ? cut(text) : replyText(reply);
  return `protocol error: reply to ${name}: ${PROTOCOL_FAULTS[reason] ?? reason}: "${quoted}"`;
}

function waitedFor(phase: Phase | undefined): string {
  if (phase === 'connect') return 'no connection';
  if (phase === 'banner') return 'no banner';
  return phase === 'tls' ? 'no end of the TLS handshake' : `no reply to ${PHASE_NAMES[phase ?? 'total']}`;
}

function closedText({ phase, reason, isInsideReply }: SessionVerdict): string {
  const how =
    reason === undefined ? 'closed by the server' : reason === 'ECONNRESET' ? 'reset by the server' : 'failed';
  const where = isInsideReply === true ? 'within' : 'before';
  const what =
    phase === 'banner'
      ? 'the banner'
      : phase === 'tls'
        ? 'the end of the TLS handshake'
        : `the reply to ${PHASE_NAMES[phase ?? 'total']}`;
  return `${how} ${where} ${what}${how === 'failed' ? `: ${reason}` : ''}`;
}

function errorText(code: string, text: string): string {
  const known = ERRORS[code];
  return `${known ?? cut(text)} (${code})`;
}

/** Returns the begin of a text of the server, on one line. */
function cut(text: string): string {
  return printable(text.length <= QUOTED_LENGTH ? text : `${text.slice(0, QUOTED_LENGTH)}…`);
}

const REMARKS: Readonly<Record<Remark['kind'], string>> = {
  'slow-banner': 'the banner was slow; senders with a short timeout give up',
  'no-ehlo': 'the server does not know EHLO; HELO was used',
  'no-starttls': 'no STARTTLS: mail is sent in cleartext',
  'starttls-refused': 'STARTTLS refused: mail is sent in cleartext',
  'starttls-repeated': 'STARTTLS is offered again after TLS, which RFC 3207 forbids',
  'injection-refused': 'a command injected before TLS was not executed',
  untrusted: 'the certificate chain is not trusted',
  'wrong-name': 'the certificate is not valid for this host',
  'expires-soon': 'the certificate expires soon',
  'old-tls': 'the TLS version is obsolete (RFC 8996)',
  'auth-in-clear': 'passwords may be sent without TLS',
  'bare-line-feed': 'lines end without a carriage return, which RFC 5321 forbids',
  'long-line': 'lines longer than 2,048 bytes were cut',
  'reset-refused': 'RSET was refused',
  'no-quit-reply': 'no proper reply to QUIT',
};

/** Returns a remark as a clause with its detail. */
export function smtpRemarkText({ kind, detail }: Remark): string {
  return `${REMARKS[kind]} (${cut(detail)})`;
}

const LOOKUP_FAILURES: Readonly<Record<NonNullable<MailServers['failure']>, string>> = {
  'null-mx': 'the domain accepts no mail (null MX, RFC 7505)',
  'no-name': 'unknown host',
  'no-address': 'no mail server has an address',
  timeout: 'the name server did not answer in time; see --dns-timeout and --name-server',
  failed: 'the lookup failed',
};

/** Returns why a domain has no server to test. */
export function smtpLookupFailureText({ failure, detail }: Pick<MailServers, 'failure' | 'detail'>): string {
  if (failure === undefined) return '';
  const cause = failure === 'failed' && detail !== undefined ? `: ${cut(detail)}` : '';
  return `${LOOKUP_FAILURES[failure]}${cause}`;
}
