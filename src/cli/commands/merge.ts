/** `tapline merge`. @module */
import type { Argv, CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { parseFileOutput, rewriteOptions } from '../file/file-rewrite-options.ts';

function mergeOptions(command: Argv) {
  return rewriteOptions(
    command.positional('files', {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'PCAP and PCAPNG files, also compressed with gzip or zstd',
    }),
  );
}

type MergeArguments = ReturnType<typeof mergeOptions> extends Argv<infer Arguments> ? Arguments : never;

export function mergeCommand(context: CommandContext): CommandModule<object, MergeArguments> {
  return {
    command: 'merge <files..>',
    describe: 'write the frames of several capture files to one, in order of time',
    builder: mergeOptions,
    async handler(words) {
      const command = { files: words.files, ...parseFileOutput(words) };
      const { runMerge } = await import('../file/run-merge.ts');
      await runMerge(command, context);
    },
  };
}
