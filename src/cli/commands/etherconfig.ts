/** `tapline etherconfig`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { type EtherconfigArguments, etherconfigOptions, parseEtherconfig } from '../host/etherconfig-options.ts';

export function etherconfigCommand(context: CommandContext): CommandModule<object, EtherconfigArguments> {
  return {
    command: 'etherconfig [operation] [argument..]',
    describe: 'view and change media, VLANs, loopback, MTU and ARP settings of interfaces, with automatic rollback',
    builder: etherconfigOptions,
    async handler(words) {
      const command = parseEtherconfig(words);
      const { runEtherconfig } = await import('../host/etherconfig.ts');
      await runEtherconfig(command, context);
    },
  };
}
