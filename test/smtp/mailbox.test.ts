/** Words of the user cannot end an SMTP command or begin another. */
import { expect, test } from 'vitest';
import { parseHeloName, parseMailbox } from '../../src/smtp/mailbox.ts';

test.each(['a@example.com', 'postmaster', 'a+b=c@example.com', '"a"@example.com', 'a@[192.0.2.1]'])(
  '%s is a mailbox, with and without brackets',
  (text) => {
    expect([parseMailbox(text), parseMailbox(`<${text}>`)]).toEqual([text, text]);
  },
);

test.each([
  '',
  '<>',
  'a b@example.com',
  'a@example.com\r\nDATA',
  'a@example.com\nDATA',
  'a@example.com\0',
  'a@example.com>\r\n',
  'a@example.com> SIZE=1',
  '<<a@example.com>>',
  'ä@example.com',
  `${'a'.repeat(251)}@b.c`,
])('%j cannot be sent as a mailbox', (text) => {
  expect(parseMailbox(text)).toBeUndefined();
});

test.each(['host', 'mx.example.com', '[192.0.2.1]', '[IPv6:2001:db8::1]', 'my_host'])(
  '%s is a name for EHLO',
  (text) => {
    expect(parseHeloName(text)).toBe(text);
  },
);

test.each(['', 'a b', 'a\r\nQUIT', '[', 'a>b', 'ä', 'a'.repeat(256)])('%j is no name for EHLO', (text) => {
  expect(parseHeloName(text)).toBeUndefined();
});
