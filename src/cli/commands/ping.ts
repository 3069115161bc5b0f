/** `tapline ping`: the command line; the work is in `run-ping.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type PingArguments, pingOptions } from '../probe/ping-options.ts';

export function pingCommand(context: CommandContext): CommandModule<object, PingArguments> {
  return {
    command: 'ping <host..>',
    describe: 'ask hosts for an echo; exit status 0 an answer, 2 none, 68 unknown host',
    builder: pingOptions,
    async handler(words) {
      const { runPing } = await import('../probe/run-ping.ts');
      await runPing(words, context);
    },
  };
}
