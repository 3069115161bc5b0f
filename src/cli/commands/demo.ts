/** `tapline demo`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { optionGroup } from '../option-group.ts';

interface DemoArguments {
  readonly write: string;
}

export function demoCommand(context: CommandContext): CommandModule<object, DemoArguments> {
  return {
    command: 'demo',
    describe: 'capture traffic between two hosts in network namespaces, print it and write a PCAP file',
    builder: (command) =>
      command.option('write', {
        ...optionGroup('Output:').value('PCAP file to write', { alias: 'w' }),
        default: 'tapline-demo.pcap',
      }),
    async handler({ write }) {
      const { runDemo } = await import('../run-demo.ts');
      await runDemo(write, context);
    },
  };
}
