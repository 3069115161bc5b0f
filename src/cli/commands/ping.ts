/** `tapline ping`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { PING_EXIT_STATUS, type PingArguments, parsePing, pingOptions } from '../probe/ping-options.ts';
import type { OwnExitStatus } from '../program.ts';

export function pingCommand(context: CommandContext): CommandModule<object, PingArguments> & OwnExitStatus {
  return {
    command: 'ping <host..>',
    describe: 'send ICMP echo requests to hosts',
    exitStatus: PING_EXIT_STATUS,
    builder: pingOptions,
    async handler(words) {
      const command = parsePing(words);
      const { runPing } = await import('../probe/run-ping.ts');
      await runPing(command, context);
    },
  };
}
