/** Options of `tapline mtr`. @module */
import type { Argv } from 'yargs';
import { pathOptions } from './path-options.ts';
import { probeOptions } from './probe-options.ts';

export type MtrArguments = ReturnType<typeof mtrOptions> extends Argv<infer Arguments> ? Arguments : never;

export function mtrOptions(command: Argv) {
  const host = { type: 'string', demandOption: true, describe: 'name or address' } as const;
  return pathOptions(probeOptions(command.positional('host', host)))
    .option('c', { alias: 'count', type: 'string', describe: 'rounds; without end on a screen, 10 for reports' })
    .option('i', { alias: 'interval', type: 'string', describe: 'seconds between rounds; 1' })
    .option('w', { alias: 'wait', type: 'string', describe: 'longest wait for an answer, in seconds; 5' })
    .option('r', { alias: 'report', type: 'boolean', default: false, describe: 'no screen, a table at the end' })
    .option('csv', { type: 'boolean', default: false, describe: 'comma separated values at the end' })
    .option('xml', { type: 'boolean', default: false, describe: 'an XML document at the end' })
    .option('prometheus', { type: 'boolean', default: false, describe: 'figures for Prometheus at the end' })
    .option('o', {
      alias: 'order',
      type: 'string',
      describe: 'columns: L F D R S N A B W V G J M X I and blanks; LSNABWV',
    })
    .option('give-up-after', { type: 'string', describe: 'rounds after which a silent hop is not asked any more' });
}
