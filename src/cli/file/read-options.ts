/** Options of `tapline read`. @module */
import type { Argv } from 'yargs';
import { outputOptions } from '../capture/output-options.ts';
import { filterWords, precisionOptions, printOptions } from '../options.ts';

export type ReadArguments = ReturnType<typeof readOptions> extends Argv<infer Arguments> ? Arguments : never;

export function readOptions(command: Argv) {
  const file = {
    type: 'string',
    demandOption: true,
    describe: 'PCAP or PCAPNG, plain or packed (gzip, zstd); - for standard input',
  } as const;
  const withFile = precisionOptions(printOptions(filterWords(command.positional('file', file)))).option('w', {
    alias: 'write',
    type: 'string',
    describe: 'write a PCAP file, or PCAPNG where the name says so; - for standard output',
  });
  return outputOptions(withFile)
    .option('c', { alias: 'count', type: 'string', describe: 'end after so many frames' })
    .option('F', { alias: 'filter-file', type: 'string', describe: 'read the expression from a file' })
    .option('count-only', { type: 'boolean', default: false, describe: 'only say how many frames match' });
}
