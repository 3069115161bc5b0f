/** `tapline traceroute` and `tapline tracert`: the command line; the work is in `run-traceroute.ts`. @module */
import type { Argv, CommandModule } from 'yargs';
import type { CommandContext } from '../context.ts';
import { probeOptions } from '../probe-options.ts';

export type TracerouteArguments =
  ReturnType<typeof tracerouteOptions> extends Argv<infer Arguments> ? Arguments : never;

export function tracerouteCommand(context: CommandContext): CommandModule<object, TracerouteArguments> {
  return {
    command: 'traceroute <host>',
    aliases: ['tracert'],
    describe: 'show the way to a host, router by router',
    builder: tracerouteOptions,
    async handler(words) {
      const { runTraceroute } = await import('../run-traceroute.ts');
      await runTraceroute(words, context);
    },
  };
}

/** Of the commands that walk a path. */
export function pathOptions<T>(command: Argv<T>) {
  return command
    .option('P', {
      alias: 'protocol',
      choices: ['udp', 'icmp', 'tcp'] as const,
      describe: 'what probes are made of; udp for traceroute, icmp for mtr',
    })
    .option('p', { alias: 'port', type: 'string', describe: 'destination port; 33434 for UDP, 80 for TCP' })
    .option('f', { alias: 'first-hop', type: 'string', describe: 'begin with this hop; 1' })
    .option('m', { alias: 'max-hops', type: 'string', describe: 'end with this hop; 64, for mtr 30' })
    .option('e', {
      alias: 'extensions',
      type: 'boolean',
      default: false,
      describe: 'MPLS labels and the like (RFC 4884)',
    })
    .option('classic', {
      type: 'boolean',
      default: false,
      describe: 'count the UDP port up, as old traceroutes do; by default all probes take one path (Paris)',
    });
}

function tracerouteOptions(command: Argv) {
  const host = { type: 'string', demandOption: true, describe: 'name or address' } as const;
  return pathOptions(probeOptions(command.positional('host', host)))
    .option('q', { alias: 'probes', type: 'string', describe: 'probes for each hop; 3' })
    .option('w', { alias: 'wait', type: 'string', describe: 'longest wait for an answer, in seconds; 5' })
    .option('N', { alias: 'parallel', type: 'string', describe: 'probes under way at once; 16, 1 asks hop by hop' })
    .option('pause', { type: 'string', describe: 'least time between two probes, in seconds' })
    .option('g', {
      alias: 'gap-limit',
      type: 'string',
      describe: 'silent hops in a row that end the search; 0 goes on',
    })
    .option('mtu', {
      type: 'boolean',
      default: false,
      describe: 'find the MTU of the path, with packets of this link’s size',
    })
    .option('loss', { type: 'boolean', default: false, describe: 'the share of lost probes behind each hop' })
    .option('paths', { type: 'boolean', default: false, describe: 'look for all paths, with a flow for each probe' })
    .option('dot', { type: 'boolean', default: false, describe: 'the paths as a graph for Graphviz; implies --paths' })
    .option('retry', { type: 'boolean', default: true, describe: 'ask silent routers a second time' });
}
