/** Removes secrets from the text of logs: passwords, tokens, credentials in URLs, private keys. @module */

const REPLACEMENT = '[removed]';

/** Words before a secret: `password=`, `"api_key": "`, `Authorization: Bearer `. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?|cookie|authorization|community|psk)["']?\s*[:=]\s*(?:(?:basic|bearer|digest)\s+)?)("[^"\n]*"|'[^'\n]*'|[^\s"',;&]+)/gi;
/** `https://user:password@host` */
const IN_URL = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:)([^\s/@]+)(?=@)/gi;
/** A private key in PEM form (RFC 7468); one that is cut off runs to the end. */
const PRIVATE_KEY = /(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(?=-----END [A-Z ]*PRIVATE KEY-----|$(?![\s\S]))/g;

/** Text without the secrets that could be recognized, and their number. */
export interface RedactedText {
  readonly text: string;
  readonly removed: number;
}

/** Replaces the values; the names before them stay. A secret without a name before it is not recognized. */
export function redactSecrets(text: string): RedactedText {
  let removed = 0;
  const replace = (_all: string, before: string): string => {
    removed += 1;
    return before + REPLACEMENT;
  };
  const cleaned = text.replace(PRIVATE_KEY, replace).replace(IN_URL, replace).replace(NAMED, replace);
  return { text: cleaned, removed };
}
