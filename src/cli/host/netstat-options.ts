/** Options that all views of `tapline netstat` share. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne } from '../options.ts';
import { namespaceOption } from './namespace-option.ts';

/** Titles in `--help`. */
export const NetstatGroup = {
  view: 'View:',
  selection: 'Selection:',
  sockets: 'Sockets (1, 4):',
  interfaces: 'Interfaces (2):',
  routes: 'Routes (3):',
  traffic: 'Traffic (5):',
  repetition: 'Repetition:',
  output: 'Output:',
} as const;

export type NetstatWords = ReturnType<typeof netstatOptions> extends Argv<infer Words> ? Words : never;

/** Declares the selection of a view and the shared options. */
export function netstatOptions<T>(command: Argv<T>) {
  return outputOptions(selectionOptions(viewOptions(command)));
}

function viewOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(NetstatGroup.view);
  return command
    .positional('view', { type: 'string', describe: 'number or name of a view; without one, the menu' })
    .positional('argument', { type: 'string', array: true, default: [] as string[], describe: 'arguments of the view' })
    .option('i', flag('same as the view interfaces (2)'))
    .option('r', flag('same as the view routes (3)'))
    .option('L', flag('same as the view queues (4)'))
    .option('w', optionGroup(NetstatGroup.view).value('same as the view traffic (5), every SECONDS'));
}

function selectionOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(NetstatGroup.selection);
  return command
    .option('I', value('show this interface only', { alias: 'interface' }))
    .option('ipv4', flag('show IPv4 only', { alias: '4' }))
    .option('ipv6', flag('show IPv6 only', { alias: '6' }))
    .option('netns', namespaceOption(NetstatGroup.selection));
}

function outputOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(NetstatGroup.output);
  return command
    .option('n', flag('do not convert addresses, networks and ports to names'))
    .option('style', {
      choices: ['bsd', 'linux'] as const,
      default: 'bsd' as const,
      group: NetstatGroup.output,
      describe: 'columns of FreeBSD netstat, or of the Linux programs',
    })
    .option('json', flag('print JSON; repeated views print one object per line'))
    .option('csv', flag('print comma-separated values (RFC 4180)'))
    .option('c', value('number of reports of a repeated view', { alias: 'count' }));
}

/** Form of the output. */
export type OutputForm = 'text' | 'json' | 'csv';

/** @throws StackError `USAGE` if two forms were given */
export function parseForm(words: Pick<NetstatWords, 'json' | 'csv'>): OutputForm {
  allowOne(words, ['json', 'csv']);
  if (words.json) return 'json';
  return words.csv ? 'csv' : 'text';
}

/** Returns the families to show. @throws StackError `USAGE` for both options */
export function parseFamilies(words: Pick<NetstatWords, 'ipv4' | 'ipv6'>): readonly (4 | 6)[] {
  allowOne(words, ['ipv4', 'ipv6']);
  if (words.ipv4) return [4];
  return words.ipv6 ? [6] : [4, 6];
}

/** @throws StackError `USAGE` if the view received arguments that it does not have */
export function refuseArguments(view: string, words: Pick<NetstatWords, 'argument'>): void {
  const [first] = words.argument;
  if (first !== undefined) {
    throw new StackError('USAGE', `the view ${view} takes no arguments, not ${JSON.stringify(first)}`);
  }
}
