/** The command line of `tapline traceroute`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { TraceHostOptions } from '../../icmp/index.ts';
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
    .option('paths', {
      type: 'boolean',
      default: false,
      group: Group.path,
      describe: 'search all paths, with one flow per probe',
    })
    .option('mtu', {
      type: 'boolean',
      default: false,
      group: Group.path,
      describe: 'search the path MTU, starting at 1500 bytes',
    });
  return outputOptions(ownOutput(hopOptions(socketOptions(timing(path)))));
}

function timing<T>(command: Argv<T>) {
  const group = Group.timing;
  return command
    .option('q', {
      alias: 'probes',
      type: 'string',
      group,
      describe: 'number of probes per hop',
      defaultDescription: '3',
    })
    .option('w', {
      alias: 'wait',
      type: 'string',
      group,
      describe: 'reply timeout, in seconds',
      defaultDescription: '5',
    })
    .option('N', {
      alias: 'parallel',
      type: 'string',
      group,
      describe: 'number of probes in flight, 1 to 64; 1 probes hop by hop',
      defaultDescription: '16',
    })
    .option('pause', {
      type: 'string',
      group,
      describe: 'minimum time between two probes, in seconds',
      defaultDescription: '0',
    })
    .option('g', {
      alias: 'gap-limit',
      type: 'string',
      group,
      describe: 'stop after N consecutive hops without a reply',
      defaultDescription: 'no limit',
    })
    .option('no-retry', { type: 'boolean', default: false, group, describe: 'do not probe silent hops a second time' });
}

function ownOutput<T>(command: Argv<T>) {
  const group = Group.output;
  return command
    .option('loss', { type: 'boolean', default: false, group, describe: 'show the packet loss of each hop' })
    .option('changes', {
      alias: 'diff',
      type: 'boolean',
      default: false,
      group,
      describe: 'show changes to the probe on the path: NAT, DSCP, ECN',
    })
    .option('back', {
      type: 'boolean',
      default: false,
      group,
      describe: 'show the estimated length of the return path where it differs',
    })
    .option('dot', {
      type: 'boolean',
      default: false,
      group,
      describe: 'print the paths as a Graphviz graph; implies --paths',
    })
    .option('v', {
      type: 'boolean',
      default: false,
      group,
      describe: 'report the kind of socket, and ICMP errors with short quotes',
    });
}

/** @throws StackError `USAGE` */
export function parseTraceroute(words: TracerouteArguments): TracerouteCommand {
  const common = parseProbe(words);
  if (words.dot && common.format !== 'text') {
    throw new StackError('USAGE', `--dot and --${common.format} are mutually exclusive`);
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
