/** `tapline traceroute` and `tapline tracert`: the command line; the work is in `run-traceroute.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type TracerouteArguments, tracerouteOptions } from '../probe/traceroute-options.ts';

export function tracerouteCommand(context: CommandContext): CommandModule<object, TracerouteArguments> {
  return {
    command: 'traceroute <host>',
    aliases: ['tracert'],
    describe: 'show the way to a host, router by router',
    builder: tracerouteOptions,
    async handler(words) {
      const { runTraceroute } = await import('../probe/run-traceroute.ts');
      await runTraceroute(words, context);
    },
  };
}
