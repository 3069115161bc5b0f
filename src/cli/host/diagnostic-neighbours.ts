/** `tapline diagnostic network arpshow` and `ndpshow`: the caches of neighbours. @module */
import type { Argv } from 'yargs';
import type { CommandContext } from '../context.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import { DiagnosticGroup, type DiagnosticWords, refuseArguments } from './diagnostic-options.ts';
import type { HostView } from './host-view.ts';
import type { NeighbourCommand } from './run-neighbours.ts';

type NeighbourWords = DiagnosticWords & (ReturnType<typeof neighbourOptions> extends Argv<infer Words> ? Words : never);

export const arpShow: HostView<NeighbourWords> = {
  name: 'arpshow',
  title: 'Show system ARP cache.',
  run: (words, context) => show(parseNeighbours(4, words), context),
};

export const ndpShow: HostView<NeighbourWords> = {
  name: 'ndpshow',
  title: 'Show system NDP cache.',
  run: (words, context) => show(parseNeighbours(6, words), context),
};

export function neighbourOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(DiagnosticGroup.caches);
  return command
    .option('watch', flag('arpshow, ndpshow: print changes as they happen, until Ctrl-C'))
    .option(
      'c',
      value('arpshow, ndpshow: changes to print with --watch; smtpping: sessions with each server', { alias: 'count' }),
    );
}

/** @throws StackError `USAGE` */
function parseNeighbours(family: 4 | 6, words: NeighbourWords): NeighbourCommand {
  refuseArguments(family === 4 ? 'arpshow' : 'ndpshow', words);
  allowOne(words, ['json', 'csv']);
  allowOne(words, ['watch', 'csv']);
  return {
    family,
    form: words.json ? 'json' : words.csv ? 'csv' : 'text',
    numeric: words.n,
    interfaceName: words.I,
    netns: words.netns,
    watches: words.watch,
    count: numberOption('-c', words.c, { least: 1 }),
  };
}

async function show(command: NeighbourCommand, context: CommandContext): Promise<void> {
  const { runNeighbours } = await import('./run-neighbours.ts');
  await runNeighbours(command, context);
}
