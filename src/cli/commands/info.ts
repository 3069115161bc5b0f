/** `tapline info`. @module */
import type { Argv, CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { optionGroup } from '../option-group.ts';

function infoOptions(command: Argv) {
  const { flag } = optionGroup('Output:');
  return command
    .positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'PCAP or PCAPNG files, also compressed with gzip or zstd; - for standard input',
    })
    .option('json', flag('print a JSON object per file, each on a line'))
    .option('hash', flag('compute the SHA-256 of each file'));
}

export type InfoArguments = ReturnType<typeof infoOptions> extends Argv<infer Arguments> ? Arguments : never;

export function infoCommand(context: CommandContext): CommandModule<object, InfoArguments> {
  return {
    command: 'info <files..>',
    describe: 'print counts, times, rates, interfaces and comments of capture files, and whether they are intact',
    builder: infoOptions,
    async handler(words) {
      const { runInfo } = await import('../file/run-info.ts');
      await runInfo(words, context);
    },
  };
}
