/** `tapline support-bundle`. @module */
import type { Argv, CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { namespaceOption } from '../host/namespace-option.ts';
import { optionGroup } from '../option-group.ts';

type SupportBundleWords = ReturnType<typeof options> extends Argv<infer Words> ? Words : never;

export function supportBundleCommand(context: CommandContext): CommandModule<object, SupportBundleWords> {
  return {
    command: 'support-bundle',
    describe: 'write what netstat, tcpservices and diagnostic show, captures and logs into one archive for support',
    builder: options,
    async handler({ o, capture, log, netns, yes }) {
      const { runSupportBundle } = await import('../bundle/run-support-bundle.ts');
      await runSupportBundle({ path: o, captures: capture, logs: log, netns, isConfirmed: yes }, context);
    },
  };
}

function options(command: Argv) {
  const contents = optionGroup('Contents:');
  const output = optionGroup('Output:');
  return command
    .option('capture', contents.values('add this capture file, unchanged'))
    .option('log', contents.values('add the last MiB of this text file, without passwords, tokens and keys'))
    .option('netns', namespaceOption('Contents:'))
    .option(
      'o',
      output.value('archive to write', { alias: 'output', defaultDescription: 'tapline-support-HOST-TIME.tar.gz' }),
    )
    .option('yes', output.flag('write without a question'));
}
