/** The command line of `tapline sweep`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { SweepHostsOptions } from '../../probe/index.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import {
  Group,
  outputOptions,
  type ProbeCommand,
  parseProbe,
  parseSockets,
  secondsOption,
  socketOptions,
} from './probe-options.ts';

export type SweepArguments = ReturnType<typeof sweepOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface SweepCommand extends ProbeCommand {
  /** Networks, ranges, addresses and names. */
  readonly targets: readonly string[];
  /** File with further targets; `-` is standard input. */
  readonly file: string | undefined;
  readonly run: SweepHostsOptions;
  /** Alive addresses for exit status 0; undefined: one. */
  readonly wanted: number | undefined;
  /** Prints the summary only. */
  readonly isQuiet: boolean;
  /** Prints these addresses and nothing else. */
  readonly listed: 'alive' | 'unreachable' | undefined;
}

export const SWEEP_EXIT_STATUS =
  'Exit status: 0 at least one address is alive (with -x N, at least N), 1 fewer, or error, 2 usage error, ' +
  '3 missing privilege, 4 no such interface, 5 disk full (--pcap), 68 unknown host.';

const MAX_PORT = 65_535;
/** All ports that exist: more is a mistake in the list. */
const MAX_PORTS = 65_535;
const MAX_RETRIES = 100;

export function sweepOptions(command: Argv) {
  const target = {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: '10.0.0.0/24, 10.0.0.1-10.0.0.9, 10.0.0.1-9, 2001:db8::/120, an address or a host name',
  } as const;
  return outputOptions(ownOutput(socketOptions(timing(targets(command.positional('target', target))))));
}

function targets<T>(command: Argv<T>) {
  const { value } = optionGroup(Group.targets);
  return command
    .option('F', value('read targets from this file, one per line; - reads standard input', { alias: 'file' }))
    .option('p', value('probe these TCP ports in place of ICMP echo, for example 22,80,8000-8010', { alias: 'ports' }));
}

function timing<T>(command: Argv<T>) {
  const { value } = optionGroup(Group.timing);
  return command
    .option('rate', value('probes per second; 0 removes the limit', { defaultDescription: '10000' }))
    .option('r', value('number of further probes to a silent address', { alias: 'retries', defaultDescription: '1' }))
    .option('w', value('reply timeout, in seconds', { alias: 'wait', defaultDescription: '1' }));
}

function ownOutput<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.output);
  return command
    .option('a', flag('print only addresses that reply, one per line', { alias: 'alive' }))
    .option('u', flag('print only addresses that do not reply, one per line', { alias: 'unreachable' }))
    .option('q', flag('print only the summary', { alias: 'quiet' }))
    .option('x', value('exit with status 0 only if at least N addresses are alive', { alias: 'reachable' }));
}

/** @throws StackError `USAGE` */
export function parseSweep(words: SweepArguments): SweepCommand {
  const common = parseProbe(words);
  allowOne({ alive: words.a, unreachable: words.u }, ['alive', 'unreachable']);
  if (words.p !== undefined && words.u) {
    throw new StackError('USAGE', '-u and -p exclude each other: a silent port does not mean a silent host');
  }
  return {
    ...common,
    targets: words.target,
    file: words.F,
    run: {
      ...parseSockets(words),
      reportSilent: words.u || common.format !== 'text',
      ...defined({
        ports: words.p === undefined ? undefined : parsePorts(words.p),
        rate: numberOption('--rate', words.rate),
        retries: numberOption('-r', words.r, { most: MAX_RETRIES }),
        wait: secondsOption('-w', words.w),
      }),
    },
    wanted: numberOption('-x', words.x),
    isQuiet: words.q,
    listed: words.a ? 'alive' : words.u ? 'unreachable' : undefined,
  };
}

function parsePorts(text: string): number[] {
  const ports: number[] = [];
  for (const part of text.split(',')) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || from < 1 || to > MAX_PORT || from > to || ports.length + to - from >= MAX_PORTS) {
      throw new StackError('USAGE', `-p takes TCP ports such as 22,80,8000-8010, not ${JSON.stringify(text)}`);
    }
    for (let port = from; port <= to; port += 1) ports.push(port);
  }
  return ports;
}
