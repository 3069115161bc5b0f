/** `tapline tcpservices`. @module */
import type { CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import {
  parseTcpServices,
  TCP_SERVICES_EXIT_STATUS,
  type TcpServicesWords,
  tcpServicesOptions,
} from '../host/tcp-services-options.ts';
import type { OwnExitStatus } from '../program.ts';

export function tcpservicesCommand(context: CommandContext): CommandModule<object, TcpServicesWords> & OwnExitStatus {
  return {
    command: 'tcpservices',
    describe: 'list the processes that listen on TCP ports',
    exitStatus: TCP_SERVICES_EXIT_STATUS,
    builder: tcpServicesOptions,
    async handler(words) {
      const command = parseTcpServices(words);
      const { runTcpServices } = await import('../host/run-tcp-services.ts');
      await runTcpServices(command, context);
    },
  };
}
