/** `tapline capture`. @module */
import type { CommandModule } from 'yargs';
import { type CaptureArguments, captureOptions, parseCapture } from '../capture/capture-options.ts';
import type { CommandContext } from '../context.ts';

export function captureCommand(context: CommandContext): CommandModule<object, CaptureArguments> {
  return {
    command: 'capture [expression..]',
    aliases: ['cap'],
    describe: 'capture frames of an interface and print them, or write them to files',
    builder: captureOptions,
    async handler(words) {
      const command = parseCapture(words);
      if (command.flight !== undefined) {
        const { runFlight } = await import('../capture/run-flight.ts');
        await runFlight(command, command.flight, context);
        return;
      }
      const { runCapture } = await import('../capture/run-capture.ts');
      await runCapture(command, context);
    },
  };
}
