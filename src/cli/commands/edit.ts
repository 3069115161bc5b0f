/** `tapline edit`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type EditArguments, editOptions, parseEdit } from '../file/edit-options.ts';

export function editCommand(context: CommandContext): CommandModule<object, EditArguments> {
  return {
    command: 'edit <file> [expression..]',
    describe:
      'write a capture file with frames selected, cut, shifted in time or without duplicates, and with comments',
    builder: editOptions,
    async handler(words) {
      const command = parseEdit(words);
      const { runEdit } = await import('../file/run-edit.ts');
      await runEdit(command, context);
    },
  };
}
