/** `tapline read`: the command line; the work is in `run-read.ts`. @module */
import type { Argv, CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { filterWords, precisionOptions, printOptions } from '../options.ts';

export type ReadArguments = ReturnType<typeof readOptions> extends Argv<infer Arguments> ? Arguments : never;

export function readCommand(context: CommandContext): CommandModule<object, ReadArguments> {
  return {
    command: 'read <file> [expression..]',
    describe: 'print the frames of a capture file, or write them to another (-w)',
    builder: readOptions,
    async handler(words) {
      const { runRead } = await import('../run-read.ts');
      await runRead(words, context);
    },
  };
}

function readOptions(command: Argv) {
  const file = {
    type: 'string',
    demandOption: true,
    describe: 'PCAP or PCAPNG, also gzip; - for standard input',
  } as const;
  return precisionOptions(printOptions(filterWords(command.positional('file', file))))
    .option('w', { alias: 'write', type: 'string', describe: 'write a PCAP file; - for standard output' })
    .option('c', { alias: 'count', type: 'string', describe: 'end after so many frames' })
    .option('F', { alias: 'filter-file', type: 'string', describe: 'read the expression from a file' })
    .option('count-only', { type: 'boolean', default: false, describe: 'only say how many frames match' });
}
