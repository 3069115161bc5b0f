/** `tapline interfaces`. @module */
import type { CommandModule } from 'yargs';
import { jsonText } from '../../base/text.ts';
import type { CommandContext } from '../context.ts';
import { optionGroup } from '../option-group.ts';

interface InterfacesArguments {
  readonly json: boolean;
}

export function interfacesCommand(context: CommandContext): CommandModule<object, InterfacesArguments> {
  return {
    command: 'interfaces',
    aliases: ['ifs'],
    describe: 'list interfaces with state, addresses and link type',
    builder: (command) => command.option('json', optionGroup('Output:').flag('print JSON')),
    async handler({ json }) {
      const { listInterfaces } = await import('../../inspect/index.ts');
      const interfaces = await listInterfaces();
      if (json) {
        context.stdout.write(`${jsonText(interfaces, 2)}\n`);
        return;
      }
      const { formatInterfaces } = await import('../../report/index.ts');
      context.stdout.write(formatInterfaces(interfaces));
    },
  };
}
