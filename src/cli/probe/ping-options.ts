/** The command line of `tapline ping`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { PingHostOptions } from '../../icmp/index.ts';
import { optionGroup } from '../option-group.ts';
import { numberOption } from '../options.ts';
import {
  Group,
  outputOptions,
  type ProbeCommand,
  parseProbe,
  parseSockets,
  secondsOption,
  socketOptions,
} from './probe-options.ts';

export type PingArguments = ReturnType<typeof pingOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface PingCommand extends ProbeCommand {
  readonly hosts: readonly string[];
  readonly run: PingHostOptions;
  readonly screen: PingScreen;
}

/** How `ping` prints its events. */
interface PingScreen {
  readonly style: 'bsd' | 'iputils';
  readonly isQuiet: boolean;
  readonly isVerbose: boolean;
  readonly isFlood: boolean;
  readonly isAudible: boolean;
  readonly showsTimeOfDay: boolean;
  readonly showsFigures: boolean;
  readonly showsHistogram: boolean;
}

export const PING_EXIT_STATUS =
  'Exit status: 0 all hosts replied, 1 error, 2 at least one host did not reply, or usage error, ' +
  '3 missing privilege, 4 no such interface, 5 disk full (--pcap), 68 unknown host.';

/** Length field of IPv6, less the ICMPv6 header; IPv4 has 20 bytes less, see `checkFamily`. */
const MAX_PAYLOAD = 65_527;
const MAX_PRELOAD = 65_536;

export function pingOptions(command: Argv) {
  const host = { type: 'string', array: true, demandOption: true, describe: 'host names or addresses' } as const;
  return outputOptions(ownOutput(socketOptions(timing(probes(command.positional('host', host))))));
}

function probes<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.probes);
  const group = Group.probes;
  return command
    .option(
      'c',
      value('number of probes to send; with -G, of each size', { alias: 'count', defaultDescription: 'no limit' }),
    )
    .option('s', value('payload size, in bytes', { alias: 'size', defaultDescription: '56' }))
    .option('p', value('payload pattern, 1 to 16 hexadecimal bytes', { alias: 'pattern' }))
    .option('g', value('first payload size of a size sweep, in bytes', { alias: 'sweep-min' }))
    .option('G', value('last payload size of a size sweep, in bytes', { alias: 'sweep-max' }))
    .option('sweep-step', value('step of a size sweep, in bytes', { defaultDescription: '1' }))
    .option('m', value('TTL or hop limit, 1 to 255', { alias: 'ttl' }))
    .option('D', flag('set the DF flag (do not fragment)', { alias: 'df' }))
    .option('R', flag('send the record route option (IPv4)', { alias: 'record-route' }))
    .option('b', flag('allow a broadcast address and accept replies from any address', { alias: 'broadcast' }))
    .option('M', {
      choices: ['time', 'mask'] as const,
      group,
      describe: 'send ICMP timestamp or address mask requests (IPv4)',
    })
    .option('node-info', {
      choices: ['name', 'addresses', 'ipv4-addresses'] as const,
      group,
      describe: 'send node information queries (RFC 4620, IPv6)',
    });
}

function timing<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.timing);
  return command
    .option('i', value('interval between probes, in seconds', { alias: 'interval', defaultDescription: '1' }))
    .option(
      'W',
      value('reply timeout, in seconds; a later reply counts as late', { alias: 'wait', defaultDescription: '10' }),
    )
    .option('t', value('stop after this time, in seconds', { alias: ['w', 'deadline'] }))
    .option('o', flag('stop after the first reply'))
    .option('l', value('number of probes to send at once at the start', { alias: 'preload', defaultDescription: '1' }))
    .option('f', flag('flood: send with each reply, at least 100 probes per second', { alias: 'flood' }))
    .option('A', flag('send with each reply, or after the interval', { alias: 'adaptive' }));
}

function ownOutput<T>(command: Argv<T>) {
  const { flag } = optionGroup(Group.output);
  const group = Group.output;
  return command
    .option('style', {
      choices: ['bsd', 'iputils'] as const,
      default: 'bsd' as const,
      group,
      describe: 'output format of FreeBSD ping or of Linux iputils',
    })
    .option('q', flag('print only the header and the summary', { alias: 'quiet' }))
    .option('v', flag('report the kind of socket, ignored replies, and ICMP errors with short quotes'))
    .option('O', flag('report a probe without a reply when the next one is sent'))
    .option('a', flag('ring the bell on each reply', { alias: 'audible' }))
    .option('timestamp', flag('print the time before each line, in seconds since 1970'))
    .option('figures', flag('add percentiles, jitter and loss bursts to the summary'))
    .option('histogram', flag('add a histogram of round trip times'));
}

/** @throws StackError `USAGE` */
export function parsePing(words: PingArguments): PingCommand {
  const common = parseProbe(words);
  if (words.host.length > 1 && common.pcap !== undefined) {
    throw new StackError('USAGE', '--pcap records one host; remove the others, or --pcap');
  }
  if (words.M !== undefined && words['node-info'] !== undefined) {
    throw new StackError('USAGE', '-M and --node-info exclude each other');
  }
  const sized = (['s', 'g', 'G', 'p'] as const).find((name) => words[name] !== undefined);
  const other = words.M === undefined ? words['node-info'] && '--node-info' : `-M ${words.M}`;
  if (sized !== undefined && other !== undefined) {
    throw new StackError('USAGE', `-${sized} and ${other} exclude each other: the payload is that of the message`);
  }
  return {
    ...common,
    hosts: words.host,
    run: parseRun(words),
    screen: {
      style: words.style,
      isQuiet: words.q,
      isVerbose: words.v,
      isFlood: words.f,
      isAudible: words.a,
      showsTimeOfDay: words.timestamp,
      showsFigures: words.figures,
      showsHistogram: words.histogram,
    },
  };
}

function parseRun(words: PingArguments): PingHostOptions {
  const from = numberOption('-g', words.g, { most: MAX_PAYLOAD });
  const to = numberOption('-G', words.G, { least: from ?? 0, most: MAX_PAYLOAD });
  const step = numberOption('--sweep-step', words['sweep-step'], { least: 1 }) ?? 1;
  return {
    ...parseSockets(words),
    isFlood: words.f,
    isAdaptive: words.A,
    stopOnReply: words.o,
    anySource: words.b,
    recordRoute: words.R,
    reportSent: words.f,
    reportOutstanding: words.O,
    reportShortQuotes: words.v,
    ...defined({
      count: numberOption('-c', words.c, { least: 1 }),
      interval: secondsOption('-i', words.i),
      wait: secondsOption('-W', words.W),
      deadline: secondsOption('-t', words.t),
      hopLimit: numberOption('-m', words.m, { least: 1, most: 255 }),
      preload: numberOption('-l', words.l, { most: MAX_PRELOAD }),
      size: from ?? numberOption('-s', words.s, { most: MAX_PAYLOAD }),
      sizes: to === undefined ? undefined : { from: from ?? 0, to, step },
      pattern: words.p === undefined ? undefined : parsePattern(words.p),
      message: words.M === undefined ? undefined : MESSAGES[words.M],
      nodeInformation: words['node-info'],
      pathMtu: words.D ? ('do' as const) : undefined,
    }),
  };
}

const MESSAGES = { time: 'timestamp', mask: 'mask' } as const;

/** Parses pairs of digits; a single last digit is a byte, as in ping(8). */
function parsePattern(text: string): Uint8Array {
  if (!/^[0-9a-f]{1,32}$/i.test(text)) {
    throw new StackError('USAGE', `-p takes 1 to 16 hexadecimal bytes, not ${JSON.stringify(text)}`);
  }
  return Uint8Array.from(text.match(/..?/g) ?? [], (digits) => Number.parseInt(digits, 16));
}
