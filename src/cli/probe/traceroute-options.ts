/** Options of `tapline traceroute`. @module */
import type { Argv } from 'yargs';
import { pathOptions } from './path-options.ts';
import { probeOptions } from './probe-options.ts';

export type TracerouteArguments =
  ReturnType<typeof tracerouteOptions> extends Argv<infer Arguments> ? Arguments : never;

export function tracerouteOptions(command: Argv) {
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
    .option('changes', {
      alias: 'diff',
      type: 'boolean',
      default: false,
      describe: 'what was changed in the probes on their way: NAT, DSCP, ECN',
    })
    .option('back', {
      type: 'boolean',
      default: false,
      describe: 'hops on the way back, guessed, where they are not as many as on the way there',
    })
    .option('v', {
      type: 'boolean',
      default: false,
      describe: 'say what kind of socket serves, and which errors quote too little to be matched',
    })
    .option('loss', { type: 'boolean', default: false, describe: 'the share of lost probes behind each hop' })
    .option('paths', { type: 'boolean', default: false, describe: 'look for all paths, with a flow for each probe' })
    .option('dot', { type: 'boolean', default: false, describe: 'the paths as a graph for Graphviz; implies --paths' })
    .option('no-retry', { type: 'boolean', default: false, describe: 'do not ask silent routers a second time' });
}
