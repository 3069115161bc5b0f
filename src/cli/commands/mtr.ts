/** `tapline mtr`: the command line; the work is in `run-mtr.ts`. @module */
import type { Argv, CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { probeOptions } from '../probe-options.ts';
import { pathOptions } from './traceroute.ts';

export type MtrArguments = ReturnType<typeof mtrOptions> extends Argv<infer Arguments> ? Arguments : never;

export function mtrCommand(context: CommandContext): CommandModule<object, MtrArguments> {
  return {
    command: 'mtr <host>',
    describe: 'watch the path to a host: loss and round trips at each hop',
    builder: mtrOptions,
    async handler(words) {
      const { runMtr } = await import('../run-mtr.ts');
      await runMtr(words, context);
    },
  };
}

function mtrOptions(command: Argv) {
  const host = { type: 'string', demandOption: true, describe: 'name or address' } as const;
  return pathOptions(probeOptions(command.positional('host', host)))
    .option('c', { alias: 'count', type: 'string', describe: 'rounds; without end on a screen, 10 for reports' })
    .option('i', { alias: 'interval', type: 'string', describe: 'seconds between rounds; 1' })
    .option('w', { alias: 'wait', type: 'string', describe: 'longest wait for an answer, in seconds; 5' })
    .option('r', { alias: 'report', type: 'boolean', default: false, describe: 'no screen, a table at the end' })
    .option('csv', { type: 'boolean', default: false, describe: 'comma separated values at the end' })
    .option('prometheus', { type: 'boolean', default: false, describe: 'figures for Prometheus at the end' })
    .option('o', { alias: 'order', type: 'string', describe: 'columns: L F D R S N A B W V J M X I; LSNABWV' })
    .option('give-up-after', { type: 'string', describe: 'rounds after which a silent hop is not asked any more' });
}
