/** `tapline capture`: the command line; the work is in `run-capture.ts`. @module */
import type { CommandModule } from 'yargs';
import { type CaptureArguments, captureOptions } from '../capture-options.ts';
import type { CommandContext } from '../context.ts';

export function captureCommand(context: CommandContext): CommandModule<object, CaptureArguments> {
  return {
    command: 'capture [expression..]',
    aliases: ['cap'],
    describe: 'capture frames from an interface: one line each, or into a PCAP file',
    builder: captureOptions,
    async handler(words) {
      const { runCapture } = await import('../run-capture.ts');
      await runCapture(words, context);
    },
  };
}
