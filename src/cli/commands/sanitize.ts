/** `tapline sanitize`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { parseSanitize, type SanitizeArguments, sanitizeOptions } from '../file/sanitize-options.ts';

export function sanitizeCommand(context: CommandContext): CommandModule<object, SanitizeArguments> {
  return {
    command: 'sanitize <file> [expression..]',
    describe:
      'write a capture file with other addresses and without payloads, names and comments, to show it to others',
    builder: sanitizeOptions,
    async handler(words) {
      const command = parseSanitize(words);
      const { runSanitize } = await import('../file/run-sanitize.ts');
      await runSanitize(command, context);
    },
  };
}
