/** The command line of `tapline smtpping`, also used by `tapline diagnostic network smtpping`. @module */
import { hostname } from 'node:os';
import type { Argv } from 'yargs';
import { parseAddress, parseScopedAddress } from '../../base/address.ts';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { parseHeloName, parseMailbox, type SmtpPingOptions } from '../../smtp/index.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import { secondsOption } from '../probe/probe-options.ts';

export type SmtppingArguments = ReturnType<typeof smtppingCommandOptions> extends Argv<infer Words> ? Words : never;
export type SmtppingWords = ReturnType<typeof smtppingOptions> extends Argv<infer Words> ? Words : never;

/** A parsed command line. */
export interface SmtppingCommand {
  readonly domains: readonly string[];
  readonly run: SmtpPingOptions;
  /** Undefined: either. */
  readonly family: 4 | 6 | undefined;
  /** Address to use in place of a lookup. */
  readonly server: string | undefined;
  readonly source: string | undefined;
  readonly nameServer: string | undefined;
  /** Limit for each lookup, in milliseconds. */
  readonly lookupTimeout: number | undefined;
  readonly tlsName: string | undefined;
  /** PEM file with further certificate authorities. */
  readonly authorityFile: string | undefined;
  /** Fails unless every session has trusted TLS. */
  readonly requiresTls: boolean;
  /** File for the TLS secrets. */
  readonly keyLog: string | undefined;
  readonly pcap: string | undefined;
  readonly format: 'text' | 'json' | 'ndjson';
  readonly isVerbose: boolean;
  readonly isQuiet: boolean;
}

export const SMTPPING_EXIT_STATUS =
  'Exit status: 0 every server tested is ok, 1 error, 2 no reply (refused, timeout, connection closed), or usage ' +
  'error, 3 missing privilege (--pcap), 5 disk full (--pcap), 68 unknown host or no mail server, 69 rejected (5xx), ' +
  '75 temporary failure (4xx, greylisting), 76 protocol or TLS failure. Without --all, the server that answers ' +
  'decides; with several domains, the largest status.';

/** Titles in `--help`. */
const Group = {
  servers: 'Servers:',
  session: 'SMTP session:',
  tls: 'TLS:',
  timing: 'Timing and limits:',
  output: 'Output:',
} as const;

const MAX_PORT = 65_535;
const NULL_SENDER = /^(<>)?$/;
/** Sessions cost a server more than echo requests. */
const MIN_INTERVAL = 0.2;
const MAX_RECIPIENTS = 100;

export function smtppingCommandOptions(command: Argv) {
  const domain = {
    type: 'string',
    array: true,
    demandOption: true,
    describe: 'mail domains, host names or addresses',
  } as const;
  const count = optionGroup(Group.timing).value('number of sessions with each server', {
    alias: 'count',
    defaultDescription: '1',
  });
  const json = optionGroup(Group.output).flag('print one JSON document at the end');
  return smtppingOptions(command.positional('domain', domain)).option('c', count).option('json', json);
}

/**
 * Declares all options but `-c` and `--json`, which `tapline diagnostic` declares itself.
 * @param prefix of the titles in `--help`
 */
export function smtppingOptions<T>(command: Argv<T>, prefix = '') {
  return output(timing(tls(session(servers(command, prefix), prefix), prefix), prefix), prefix);
}

function servers<T>(command: Argv<T>, prefix: string) {
  const { flag, value } = optionGroup(prefix + Group.servers);
  return command
    .option('server', value('connect to this address; no lookup'))
    .option('all', flag('test all addresses of all mail servers, not just the first that answers'))
    .option('port', value('TCP port', { alias: 'p', defaultDescription: '25; 465 with --tls implicit' }))
    .option('ipv4', flag('use IPv4 only', { alias: '4' }))
    .option('ipv6', flag('use IPv6 only', { alias: '6' }))
    .option('source', value('source address', { alias: 'S' }))
    .option('name-server', value('name server for the lookups: ADDRESS, ADDRESS:PORT or [IPV6]:PORT'));
}

function session<T>(command: Argv<T>, prefix: string) {
  const { value, values } = optionGroup(prefix + Group.session);
  return command
    .option('helo', value('name or address literal for EHLO', { defaultDescription: 'host name' }))
    .option('from', value('send MAIL FROM with this address; <> is the null sender'))
    .option('to', values('send RCPT TO with this address (never DATA); needs --from'));
}

function tls<T>(command: Argv<T>, prefix: string) {
  const { flag, value } = optionGroup(prefix + Group.tls);
  return command
    .option('tls', {
      choices: ['auto', 'none', 'implicit'] as const,
      default: 'auto' as const,
      group: prefix + Group.tls,
      describe: 'use STARTTLS if offered, no TLS, or TLS from the start',
    })
    .option('tls-name', value('name that the certificate must have', { defaultDescription: 'name of the server' }))
    .option('ca-file', value('PEM file with further certificate authorities to trust'))
    .option(
      'require-tls',
      flag('fail (status 76) without TLS, or if the certificate is not trusted or not for the name'),
    )
    .option(
      'test-injection',
      flag('test whether commands injected before TLS are executed (CVE-2011-0411), and nothing more'),
    )
    .option('key-log', value('append the TLS secrets to this file, for Wireshark (with --pcap)'));
}

function timing<T>(command: Argv<T>, prefix: string) {
  const { value } = optionGroup(prefix + Group.timing);
  return command
    .option(
      'interval',
      value(`seconds between the starts of two sessions, at least ${MIN_INTERVAL}`, {
        alias: 'i',
        defaultDescription: '1',
      }),
    )
    .option('timeout', value('reply timeout, in seconds', { alias: 'W', defaultDescription: '30' }))
    .option('connect-timeout', value('connection timeout, in seconds', { defaultDescription: '10' }))
    .option('dns-timeout', value('limit for each lookup, in seconds', { defaultDescription: '5' }));
}

function output<T>(command: Argv<T>, prefix: string) {
  const { flag, value } = optionGroup(prefix + Group.output);
  return command
    .option('v', flag('print the transcript, with control characters in visible form', { alias: 'verbose' }))
    .option('q', flag('print only the summary', { alias: 'quiet' }))
    .option('pcap', value('record the packets of the sessions to this PCAPNG file'))
    .option('ndjson', flag('print one JSON object per line as events happen'));
}

/** @throws StackError `USAGE` */
export function parseSmtpping(
  domains: readonly string[],
  words: SmtppingWords & { readonly json: boolean; readonly c: string | undefined },
): SmtppingCommand {
  allowOne(words, ['ipv4', 'ipv6']);
  allowOne(words, ['json', 'ndjson']);
  if (domains.length === 0) throw new StackError('USAGE', 'no domain given; name a domain, a host or an address');
  for (const name of ['json', 'pcap', 'server'] as const) {
    if (domains.length > 1 && words[name]) {
      throw new StackError('USAGE', `--${name} is for one domain; remove the others, or --${name}`);
    }
  }
  return {
    domains,
    run: { ...parseRun(words), ...defined({ count: numberOption('-c', words.c, { least: 1 }) }) },
    family: words.ipv4 ? 4 : words.ipv6 ? 6 : undefined,
    server: addressOption('--server', words.server),
    source: addressOption('--source', words.source),
    nameServer: parseNameServer(words['name-server']),
    lookupTimeout: secondsOption('--dns-timeout', words['dns-timeout'], 0.001),
    tlsName: words['tls-name'],
    authorityFile: words['ca-file'],
    requiresTls: words['require-tls'],
    keyLog: words['key-log'],
    pcap: words.pcap,
    format: words.json ? 'json' : words.ndjson ? 'ndjson' : 'text',
    isVerbose: words.v,
    isQuiet: words.q,
  };
}

function parseRun(words: SmtppingWords): SmtpPingOptions {
  const { from, to } = words;
  if (to.length > 0 && from === undefined) throw new StackError('USAGE', "--to needs --from ADDRESS, or --from '<>'");
  if (to.length > MAX_RECIPIENTS) throw new StackError('USAGE', `--to is limited to ${MAX_RECIPIENTS} addresses`);
  if (words['test-injection'] && (words.tls !== 'auto' || from !== undefined)) {
    throw new StackError('USAGE', '--test-injection needs STARTTLS, and excludes --from');
  }
  const port = numberOption('--port', words.port, { least: 1, most: MAX_PORT });
  return {
    heloName: parseHelo(words.helo),
    tls: words.tls,
    testsAll: words.all,
    testsInjection: words['test-injection'],
    port: port ?? (words.tls === 'implicit' ? 465 : 25),
    to: to.map((text) => mailboxOption('--to', text)),
    ...defined({
      from: from === undefined || NULL_SENDER.test(from) ? from && '' : mailboxOption('--from', from),
      interval: secondsOption('--interval', words.interval, MIN_INTERVAL),
      replyTimeout: secondsOption('--timeout', words.timeout, 0.001),
      connectTimeout: secondsOption('--connect-timeout', words['connect-timeout'], 0.001),
    }),
  };
}

function parseHelo(text: string | undefined): string {
  if (text === undefined) return parseHeloName(hostname()) ?? 'localhost';
  const name = parseHeloName(text);
  if (name !== undefined) return name;
  throw new StackError('USAGE', `--helo takes a domain name or [ADDRESS], not ${JSON.stringify(text)}`);
}

function mailboxOption(name: string, text: string): string {
  const mailbox = parseMailbox(text);
  if (mailbox !== undefined) return mailbox;
  throw new StackError('USAGE', `${name} takes a mail address in ASCII without spaces, not ${JSON.stringify(text)}`);
}

function addressOption(name: string, text: string | undefined): string | undefined {
  if (text === undefined || parseScopedAddress(text) !== undefined) return text;
  throw new StackError('USAGE', `${name} takes an address, not ${JSON.stringify(text)}`);
}

function parseNameServer(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, bracketed, plain, port = '53'] = /^(?:\[([\da-fA-F:.]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  const isValid = parseAddress(address) !== undefined && Number(port) >= 1 && Number(port) <= MAX_PORT;
  if (!isValid) throw new StackError('USAGE', `--name-server takes an address, not ${JSON.stringify(text)}`);
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
