/** Classifies replies and collects remarks. @module */
import type { Capabilities } from './capabilities.ts';
import type { SmtpReply } from './reply-reader.ts';
import type { Remark, SessionVerdict, SmtpPhase, VerdictKind } from './session-events.ts';
import type { TlsReport } from './tls-report.ts';

/** A banner later than this, in milliseconds, is worth a remark: most senders wait, but some do not. */
const SLOW_BANNER = 5_000;
/** A certificate that expires within this time, in milliseconds, is worth a remark. */
const EXPIRES_SOON = 14 * 86_400_000;
/** RFC 8996 deprecates TLS 1.0 and 1.1. */
const OLD_TLS = /^(SSL|TLSv1$|TLSv1\.1$)/;
/** Mechanisms that reveal the password to a listener. */
const CLEAR_MECHANISMS = ['PLAIN', 'LOGIN'];

/** There is no code for greylisting (RFC 6647, 5.1): the text must tell. */
const GREYLISTING = /gr[ae]y-?\s?list|try again later|retry later|come back later/i;

/** Worst first, for the verdict of several sessions. */
const SEVERITY: readonly VerdictKind[] = [
  'injection',
  'plaintext',
  'protocol',
  'tls',
  'unreachable',
  'no-reply',
  'closed',
  'rejected',
  'temporary',
  'greylisted',
  'ok',
  'stopped',
];

/** Returns the worst of some verdicts; `stopped` for none. */
export function worstVerdict(kinds: readonly VerdictKind[]): VerdictKind {
  return SEVERITY.find((kind) => kinds.includes(kind)) ?? 'stopped';
}

/** Returns the verdict that a negative or unexpected reply means. */
export function verdictOfReply(phase: SmtpPhase, reply: SmtpReply): SessionVerdict {
  if (reply.code < 400) return { kind: 'protocol', phase, reply, reason: 'unexpected-code' };
  if (reply.code >= 500) return { kind: 'rejected', phase, reply };
  const isInTransaction = phase === 'mail' || phase === 'rcpt';
  const isGreylisted = isInTransaction && reply.code !== 421 && reply.lines.some((line) => GREYLISTING.test(line));
  return { kind: isGreylisted ? 'greylisted' : 'temporary', phase, reply };
}

export function bannerRemarks(time: number): Remark[] {
  return time < SLOW_BANNER ? [] : [{ kind: 'slow-banner', detail: `${(time / 1_000).toFixed(1)} s` }];
}

export function tlsRemarks(tls: TlsReport): Remark[] {
  const remarks: Remark[] = [];
  if (tls.trustError !== undefined) remarks.push({ kind: 'untrusted', detail: tls.trustError });
  if (tls.nameError !== undefined) remarks.push({ kind: 'wrong-name', detail: tls.nameError });
  if (tls.expiresIn >= 0 && tls.expiresIn < EXPIRES_SOON) {
    remarks.push({ kind: 'expires-soon', detail: `${Math.floor(tls.expiresIn / 86_400_000)} days` });
  }
  if (OLD_TLS.test(tls.protocol)) remarks.push({ kind: 'old-tls', detail: tls.protocol });
  return remarks;
}

export function capabilityRemarks(found: Capabilities, isSecured: boolean): Remark[] {
  if (isSecured) return found.isStartTlsOffered ? [{ kind: 'starttls-repeated', detail: 'RFC 3207, 4.2' }] : [];
  const clear = found.authMechanisms.filter((name) => CLEAR_MECHANISMS.includes(name));
  return clear.length === 0 ? [] : [{ kind: 'auth-in-clear', detail: clear.join(' ') }];
}
