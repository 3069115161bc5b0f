/** `tapline capture`. @module */
import type { CommandModule } from 'yargs';
import { withInterfaceNames } from '../capture/capture-interfaces.ts';
import { type CaptureArguments, captureOptions, parseCapture } from '../capture/capture-options.ts';
import { parseInstead } from '../capture/instead-options.ts';
import type { CommandContext } from '../context.ts';

export function captureCommand(context: CommandContext): CommandModule<object, CaptureArguments> {
  return {
    command: 'capture [expression..]',
    aliases: ['cap'],
    describe: 'capture frames of an interface and print them, or write them to files',
    builder: captureOptions,
    async handler(words) {
      const instead = parseInstead(words);
      if (instead !== undefined) {
        const { runInstead } = await import('../capture/run-instead.ts');
        await runInstead(instead, context);
        return;
      }
      const parsed = parseCapture(words);
      const command = { ...parsed, interfaces: await withInterfaceNames(parsed.interfaces) };
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
