/** Words of the caller that become part of SMTP commands: nothing in them may end the command. @module */

/** RFC 5321, 4.5.3.1.3 allows a path of 256 octets, with its brackets. */
const MAX_MAILBOX_LENGTH = 254;
const MAX_NAME_LENGTH = 255;
/** Printable ASCII without space and angle brackets. Quoted local parts with spaces are not supported. */
const MAILBOX = /^[!-;=?-~]+$/;
const HELO_NAME = /^[A-Za-z0-9._-]+$|^\[[A-Za-z0-9.:]+\]$/;

/**
 * Checks a mailbox for MAIL FROM or RCPT TO; angle brackets around it are removed.
 * @returns undefined if it cannot be sent
 */
export function parseMailbox(text: string): string | undefined {
  const mailbox = text.replace(/^<(.*)>$/, '$1');
  return MAILBOX.test(mailbox) && mailbox.length <= MAX_MAILBOX_LENGTH ? mailbox : undefined;
}

/** Checks a domain name, or an address literal in brackets, for EHLO. @returns undefined if it cannot be sent */
export function parseHeloName(text: string): string | undefined {
  return HELO_NAME.test(text) && text.length <= MAX_NAME_LENGTH ? text : undefined;
}
