/** `tapline capture`: the command line; the work is in `run-capture.ts` and `run-flight.ts`. @module */
import type { CommandModule } from 'yargs';
import { type CaptureArguments, captureOptions } from '../capture-options.ts';
import type { CommandContext } from '../context.ts';
import { isFlightRecording } from '../flight-options.ts';

export function captureCommand(context: CommandContext): CommandModule<object, CaptureArguments> {
  return {
    command: 'capture [expression..]',
    aliases: ['cap'],
    describe: 'capture frames from an interface: one line each, or into a PCAP file',
    builder: captureOptions,
    async handler(words) {
      if (isFlightRecording(words)) {
        const { runFlight } = await import('../run-flight.ts');
        await runFlight(words, context);
        return;
      }
      const { runCapture } = await import('../run-capture.ts');
      await runCapture(words, context);
    },
  };
}
