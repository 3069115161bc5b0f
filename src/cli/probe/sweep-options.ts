/** Options of `tapline sweep`. @module */
import type { Argv } from 'yargs';
import { probeOptions } from './probe-options.ts';

export type SweepArguments = ReturnType<typeof sweepOptions> extends Argv<infer Arguments> ? Arguments : never;

export function sweepOptions(command: Argv) {
  const target = {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: '10.0.0.0/24, 10.0.0.1-10.0.0.9, 10.0.0.1-9, 2001:db8::/120, an address or a name',
  } as const;
  return probeOptions(command.positional('target', target))
    .option('F', {
      alias: 'file',
      type: 'string',
      describe: 'targets from a file, one a line; - for standard input',
    })
    .option('p', { alias: 'ports', type: 'string', describe: 'TCP ports instead of echo: 22,80,8000-8010' })
    .option('r', { alias: 'retries', type: 'string', describe: 'how often silent ones are asked again; 1' })
    .option('w', { alias: 'wait', type: 'string', describe: 'seconds that an answer may take; 1' })
    .option('rate', { type: 'string', describe: 'probes a second; 10000, 0 for as many as possible' })
    .option('a', { alias: 'alive', type: 'boolean', default: false, describe: 'list addresses that answer, bare' })
    .option('u', {
      alias: 'unreachable',
      type: 'boolean',
      default: false,
      describe: 'list addresses that do not, bare',
    })
    .option('q', { alias: 'quiet', type: 'boolean', default: false, describe: 'counts only' })
    .option('x', { alias: 'reachable', type: 'string', describe: 'exit status 0 when so many are alive, 1 otherwise' });
}
