/** The command line of `tapline traceroute`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { TraceHostOptions } from '../../icmp/index.ts';
import { optionGroup } from '../option-group.ts';
import { numberOption } from '../options.ts';
import {
  hopOptions,
  type PathCommand,
  type PathDefaults,
  parsePath,
  parsePathProbes,
  pathOptions,
} from './path-options.ts';
import {
  Group,
  outputOptions,
  type ProbeCommand,
  parseProbe,
  parseSockets,
  secondsOption,
  socketOptions,
} from './probe-options.ts';

export type TracerouteArguments =
  ReturnType<typeof tracerouteOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface TracerouteCommand extends ProbeCommand, PathCommand {
  readonly run: TraceHostOptions;
  readonly isVerbose: boolean;
  readonly showsLoss: boolean;
  readonly showsChanges: boolean;
  readonly showsBackward: boolean;
  /** Prints a graph for Graphviz in place of text. */
  readonly isGraph: boolean;
}

const DEFAULTS: PathDefaults = { protocol: 'udp', maxHops: 64 };
const MAX_PROBES = 255;
const MAX_PARALLEL = 64;

export function tracerouteOptions(command: Argv) {
  const host = { type: 'string', demandOption: true, describe: 'host name or address' } as const;
  const path = pathOptions(command.positional('host', host), DEFAULTS)
    .option('paths', optionGroup(Group.path).flag('search all paths, with one flow per probe'))
    .option('mtu', optionGroup(Group.path).flag('search the path MTU, starting at 1500 bytes'));
  return outputOptions(ownOutput(hopOptions(socketOptions(timing(path)))));
}

function timing<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.timing);
  return command
    .option('q', value('number of probes per hop', { alias: 'probes', defaultDescription: '3' }))
    .option('w', value('reply timeout, in seconds', { alias: 'wait', defaultDescription: '5' }))
    .option(
      'N',
      value('number of probes in flight, 1 to 64; 1 probes hop by hop', {
        alias: 'parallel',
        defaultDescription: '16',
      }),
    )
    .option('pause', value('minimum time between two probes, in seconds', { defaultDescription: '0' }))
    .option(
      'g',
      value('stop after N consecutive hops without a reply; 0 for no limit', {
        alias: 'gap-limit',
        defaultDescription: '10',
      }),
    )
    .option('no-retry', flag('do not probe silent hops a second time'));
}

function ownOutput<T>(command: Argv<T>) {
  const { flag } = optionGroup(Group.output);
  return command
    .option('loss', flag('show the packet loss of each hop'))
    .option('changes', flag('show changes to the probe on the path: NAT, DSCP, ECN', { alias: 'diff' }))
    .option('back', flag('show the estimated length of the return path where it differs'))
    .option('dot', flag('print the paths as a Graphviz graph; implies --paths'))
    .option('v', flag('report the kind of socket, and ICMP errors with short quotes'));
}

/** @throws StackError `USAGE` */
export function parseTraceroute(words: TracerouteArguments): TracerouteCommand {
  const common = parseProbe(words, { looksUpNames: !words.n });
  if (words.dot && common.format !== 'text') {
    throw new StackError('USAGE', `--dot and --${common.format} exclude each other`);
  }
  if (words.mtu && words.P === 'tcp') {
    throw new StackError(
      'USAGE',
      '--mtu needs UDP or ICMP probes: a SYN segment has a fixed size; use -P udp or -P icmp',
    );
  }
  return {
    ...common,
    ...parsePath(words),
    run: {
      ...parseSockets(words),
      ...parsePathProbes(words, DEFAULTS),
      retry: !words['no-retry'],
      isMultipath: words.paths || words.dot,
      findPathMtu: words.mtu,
      reportShortQuotes: words.v,
      ...defined({
        probes: numberOption('-q', words.q, { least: 1, most: MAX_PROBES }),
        parallel: numberOption('-N', words.N, { least: 1, most: MAX_PARALLEL }),
        gapLimit: numberOption('-g', words.g),
        wait: secondsOption('-w', words.w),
        pause: secondsOption('--pause', words.pause),
      }),
    },
    isVerbose: words.v,
    showsLoss: words.loss,
    showsChanges: words.changes,
    showsBackward: words.back,
    isGraph: words.dot,
  };
}
