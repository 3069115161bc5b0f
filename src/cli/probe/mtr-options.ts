/** The command line of `tapline mtr`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { MonitorHostOptions } from '../../icmp/index.ts';
import { unknownColumns } from '../../report/index.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
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

export type MtrArguments = ReturnType<typeof mtrOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface MtrCommand extends ProbeCommand, PathCommand {
  /** `count` is undefined without `-c`. */
  readonly run: MonitorHostOptions;
  /** Form of the text; a live screen where the output is a terminal, otherwise a report. */
  readonly form: 'screen' | 'report' | 'csv' | 'xml' | 'prometheus';
  /** Letters of columns. */
  readonly columns: string | undefined;
}

const DEFAULTS: PathDefaults = { protocol: 'icmp', maxHops: 30 };

export function mtrOptions(command: Argv) {
  const host = { type: 'string', demandOption: true, describe: 'host name or address' } as const;
  const path = pathOptions(command.positional('host', host), DEFAULTS);
  return outputOptions(hopOptions(ownOutput(socketOptions(timing(path)))));
}

function timing<T>(command: Argv<T>) {
  const { value } = optionGroup(Group.timing);
  return command
    .option(
      'c',
      value('number of rounds', { alias: 'count', defaultDescription: '10 for a report, no limit on the screen' }),
    )
    .option('i', value('interval between rounds, in seconds', { alias: 'interval', defaultDescription: '1' }))
    .option('w', value('reply timeout, in seconds', { alias: 'wait', defaultDescription: '5' }))
    .option(
      'give-up-after',
      value('stop probing a hop that did not reply in N rounds', { defaultDescription: 'never' }),
    );
}

function ownOutput<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.output);
  return command
    .option('r', flag('print a table at the end in place of the live screen', { alias: 'report' }))
    .option('csv', flag('print comma-separated values at the end'))
    .option('xml', flag('print an XML document at the end'))
    .option('prometheus', flag('print Prometheus metrics at the end'))
    .option(
      'o',
      value('columns and their order: letters of L F D R S N A B W V G J M X I, and spaces', {
        alias: 'order',
        defaultDescription: 'LSNABWV',
      }),
    );
}

/** @throws StackError `USAGE` */
export function parseMtr(words: MtrArguments): MtrCommand {
  allowOne(words, ['csv', 'xml', 'prometheus', 'json', 'ndjson']);
  const unknown = unknownColumns(words.o ?? '');
  if (unknown !== '') {
    throw new StackError('USAGE', `unknown column letters for -o: ${JSON.stringify(unknown)}; see tapline mtr --help`);
  }
  return {
    ...parseProbe(words, { looksUpNames: !words.n }),
    ...parsePath(words),
    run: {
      ...parseSockets(words),
      ...parsePathProbes(words, DEFAULTS),
      ...defined({
        count: numberOption('-c', words.c, { least: 1 }),
        interval: secondsOption('-i', words.i),
        wait: secondsOption('-w', words.w),
        giveUpAfter: numberOption('--give-up-after', words['give-up-after'], { least: 1 }),
      }),
    },
    form: formOf(words),
    columns: words.o,
  };
}

function formOf(words: MtrArguments): MtrCommand['form'] {
  if (words.csv) return 'csv';
  if (words.xml) return 'xml';
  if (words.prometheus) return 'prometheus';
  return words.r ? 'report' : 'screen';
}
