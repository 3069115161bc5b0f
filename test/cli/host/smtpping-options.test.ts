/** The command line of `tapline smtpping`, as typed options, and its errors. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parseSmtpping, SMTPPING_EXIT_STATUS } from '../../../src/cli/host/smtpping-options.ts';
import { parseHeloName } from '../../../src/smtp/mailbox.ts';
import { smtppingWords } from '../../support/command-words.ts';

function parse(...words: string[]) {
  const read = smtppingWords(...words);
  return parseSmtpping(read.domain, read);
}

describe('options', () => {
  test('without options', () => {
    expect(parse('example.com')).toEqual({
      domains: ['example.com'],
      run: {
        heloName: parseHeloName(hostname()) ?? 'localhost',
        tls: 'auto',
        testsAll: false,
        testsInjection: false,
        port: 25,
        to: [],
      },
      family: undefined,
      server: undefined,
      source: undefined,
      nameServer: undefined,
      lookupTimeout: undefined,
      tlsName: undefined,
      authorityFile: undefined,
      requiresTls: false,
      keyLog: undefined,
      pcap: undefined,
      format: 'text',
      isVerbose: false,
      isQuiet: false,
    });
  });

  test('seconds become milliseconds, and words numbers', () => {
    const words =
      '-c 3 -i 0.2 -W 1.5 --connect-timeout 2 --dns-timeout 0.5 -p 587 -6 --all --helo [192.0.2.1] --ndjson';
    expect(parse(...words.split(' '), 'a', 'b')).toMatchObject({
      domains: ['a', 'b'],
      run: {
        count: 3,
        interval: 200,
        replyTimeout: 1_500,
        connectTimeout: 2_000,
        port: 587,
        testsAll: true,
        heloName: '[192.0.2.1]',
      },
      family: 6,
      lookupTimeout: 500,
      format: 'ndjson',
    });
  });

  test('<> is the null sender', () => {
    expect(parse('--from', '<>', '--to', '<a@b>', '--to', 'c@d', 'h').run).toMatchObject({
      from: '',
      to: ['a@b', 'c@d'],
    });
  });

  test('implicit TLS has its own port, unless another is given', () => {
    expect(parse('--tls', 'implicit', 'h').run.port).toBe(465);
    expect(parse('--tls', 'implicit', '-p', '993', 'h').run.port).toBe(993);
  });

  test.each([
    ['192.0.2.53', '192.0.2.53:53'],
    ['192.0.2.53:5353', '192.0.2.53:5353'],
    ['[2001:db8::53]', '[2001:db8::53]:53'],
    ['[2001:db8::53]:5353', '[2001:db8::53]:5353'],
    ['2001:db8::53', '[2001:db8::53]:53'],
  ])('--name-server %s', (text, server) => {
    expect(parse('--name-server', text, 'h').nameServer).toBe(server);
  });
});

describe('errors', () => {
  test.each([
    [['-4', '-6', 'h'], '--ipv4 and --ipv6 exclude each other'],
    [['--json', '--ndjson', 'h'], '--json and --ndjson exclude each other'],
    [['--json', 'a', 'b'], '--json is for one domain; remove the others, or --json'],
    [['--pcap', 'f', 'a', 'b'], '--pcap is for one domain; remove the others, or --pcap'],
    [['--server', '192.0.2.1', 'a', 'b'], '--server is for one domain; remove the others, or --server'],
    [['--to', 'a@b', 'h'], "--to needs --from ADDRESS, or --from '<>'"],
    [['--test-injection', '--tls', 'none', 'h'], '--test-injection needs STARTTLS, and excludes --from'],
    [['--test-injection', '--from', 'a@b', 'h'], '--test-injection needs STARTTLS, and excludes --from'],
    [['--from', 'a b', 'h'], '--from takes a mail address in ASCII without spaces, not "a b"'],
    [
      ['--from', 'a@b', '--to', 'c@d\r\nDATA', 'h'],
      '--to takes a mail address in ASCII without spaces, not "c@d\\r\\nDATA"',
    ],
    [['--helo', 'a b', 'h'], '--helo takes a domain name or [ADDRESS], not "a b"'],
    [['--server', 'mx', 'h'], '--server takes an address, not "mx"'],
    [['--source', 'eth0', 'h'], '--source takes an address, not "eth0"'],
    [['--name-server', 'ns', 'h'], '--name-server takes an address, not "ns"'],
    [['--name-server', '192.0.2.1:0', 'h'], '--name-server takes an address, not "192.0.2.1:0"'],
    [['-i', '0.1', 'h'], '--interval takes a number of at least 0.2, not "0.1"'],
    [['-c', '0', 'h'], '-c takes a whole number of at least 1, not "0"'],
    [['-p', '65536', 'h'], '--port takes a whole number from 1 to 65535, not "65536"'],
  ])('%j', (words, message) => {
    expect(() => parse(...words)).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });
});

test('docs/smtp.md lists the exit statuses that the help lists', () => {
  const docs = readFileSync(new URL('../../../docs/smtp.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');
  expect(docs).toContain(SMTPPING_EXIT_STATUS);
});
