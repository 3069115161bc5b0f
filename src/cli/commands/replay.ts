/** `tapline replay`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { parseReplay, type ReplayArguments, replayOptions } from '../file/replay-options.ts';

export function replayCommand(context: CommandContext): CommandModule<object, ReplayArguments> {
  return {
    command: 'replay <file> [expression..]',
    describe: 'send the frames of a capture file on an interface',
    builder: replayOptions,
    async handler(words) {
      const command = parseReplay(words);
      const { runReplay } = await import('../file/run-replay.ts');
      await runReplay(command, context);
    },
  };
}
