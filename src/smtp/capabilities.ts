/** What a server offers in its reply to EHLO (RFC 5321, 4.1.1.1). @module */
import type { SmtpReply } from './reply-reader.ts';

export interface Capabilities {
  /** The name by which the server calls itself; empty if it does not. */
  readonly domain: string;
  /** The keywords with their parameters, as sent: `SIZE 10240000`. */
  readonly keywords: readonly string[];
  /** AUTH mechanisms, in capitals (RFC 4954, 3), each once. */
  readonly authMechanisms: readonly string[];
  readonly isStartTlsOffered: boolean;
}

/** Some servers send `AUTH=` for the sake of old clients. */
const AUTH_LINE = /^AUTH[ =](.*)$/i;

/** @param reply a positive reply to EHLO */
export function readCapabilities(reply: SmtpReply): Capabilities {
  const [greeting = '', ...rest] = reply.lines;
  const keywords = rest.map((line) => line.trim()).filter((line) => line !== '');
  const mechanisms = keywords.flatMap((line) => AUTH_LINE.exec(line)?.[1]?.split(/[ =]+/) ?? []);
  return {
    domain: greeting.split(' ', 1)[0] ?? '',
    keywords,
    authMechanisms: [...new Set(mechanisms.map((name) => name.toUpperCase()).filter((name) => name !== ''))],
    isStartTlsOffered: keywords.some((line) => /^STARTTLS$/i.test(line)),
  };
}
