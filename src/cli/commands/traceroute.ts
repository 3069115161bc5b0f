/** `tapline traceroute` and `tapline tracert`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { PATH_EXIT_STATUS } from '../probe/path-options.ts';
import { parseTraceroute, type TracerouteArguments, tracerouteOptions } from '../probe/traceroute-options.ts';
import type { OwnExitStatus } from '../program.ts';

export function tracerouteCommand(context: CommandContext): CommandModule<object, TracerouteArguments> & OwnExitStatus {
  return {
    command: 'traceroute <host>',
    aliases: ['tracert'],
    describe: 'show the routers on the path to a host',
    exitStatus: PATH_EXIT_STATUS,
    builder: tracerouteOptions,
    async handler(words) {
      const command = parseTraceroute(words);
      const { runTraceroute } = await import('../probe/run-traceroute.ts');
      await runTraceroute(command, context);
    },
  };
}
