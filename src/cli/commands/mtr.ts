/** `tapline mtr`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type MtrArguments, mtrOptions, parseMtr } from '../probe/mtr-options.ts';
import { PATH_EXIT_STATUS } from '../probe/path-options.ts';
import type { OwnExitStatus } from '../program.ts';

export function mtrCommand(context: CommandContext): CommandModule<object, MtrArguments> & OwnExitStatus {
  return {
    command: 'mtr <host>',
    describe: 'monitor loss and round trip times of each hop to a host',
    exitStatus: PATH_EXIT_STATUS,
    builder: mtrOptions,
    async handler(words) {
      const command = parseMtr(words);
      const { runMtr } = await import('../probe/run-mtr.ts');
      await runMtr(command, context);
    },
  };
}
