/** `tapline capture`: the command line; the work is in `run-capture.ts` and `run-flight.ts`. @module */
import type { CommandModule } from 'yargs';
import { type CaptureArguments, captureOptions } from '../capture/capture-options.ts';
import { isFlightRecording } from '../capture/flight-options.ts';
import type { CommandContext } from '../context.ts';

export function captureCommand(context: CommandContext): CommandModule<object, CaptureArguments> {
  return {
    command: 'capture [expression..]',
    aliases: ['cap'],
    describe: 'capture frames from an interface: one line each, or into a PCAP file',
    builder: captureOptions,
    async handler(words) {
      if (isFlightRecording(words)) {
        const { runFlight } = await import('../capture/run-flight.ts');
        await runFlight(words, context);
        return;
      }
      const { runCapture } = await import('../capture/run-capture.ts');
      await runCapture(words, context);
    },
  };
}
