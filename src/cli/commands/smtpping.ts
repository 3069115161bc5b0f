/** `tapline smtpping`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import {
  parseSmtpping,
  SMTPPING_EXIT_STATUS,
  type SmtppingArguments,
  smtppingCommandOptions,
} from '../host/smtpping-options.ts';
import type { OwnExitStatus } from '../program.ts';

export function smtppingCommand(context: CommandContext): CommandModule<object, SmtppingArguments> & OwnExitStatus {
  return {
    command: 'smtpping <domain..>',
    describe: 'test mail servers: lookup, connection, STARTTLS, capabilities, recipients',
    exitStatus: SMTPPING_EXIT_STATUS,
    builder: smtppingCommandOptions,
    async handler(words) {
      const command = parseSmtpping(words.domain, words);
      const { runSmtpping } = await import('../host/run-smtpping.ts');
      await runSmtpping(command, context);
    },
  };
}
