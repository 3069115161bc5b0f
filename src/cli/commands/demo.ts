/** `tapline demo`: the command line; the work is in `run-demo.ts`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';

interface DemoArguments {
  readonly write: string;
}

export function demoCommand(context: CommandContext): CommandModule<object, DemoArguments> {
  return {
    command: 'demo',
    describe: 'capture real traffic between two kernels of its own, show it and leave a PCAP file',
    builder: (command) =>
      command.option('write', { alias: 'w', type: 'string', default: 'tapline-demo.pcap', describe: 'the PCAP file' }),
    async handler({ write }) {
      const { runDemo } = await import('../run-demo.ts');
      await runDemo(write, context);
    },
  };
}
