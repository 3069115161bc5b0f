/** Options of the commands that walk a path. @module */
import type { Argv } from 'yargs';

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
    .option('asn-file', {
      type: 'string',
      describe: 'AS numbers and countries from a local file: prefix,AS,name or the files of iptoasn and RouteViews',
    })
    .option('hide', { type: 'string', describe: 'do not tell who the first so many hops are, in any output' })
    .option('classic', {
      type: 'boolean',
      default: false,
      describe: 'count the UDP port up, as old traceroutes do; by default all probes take one path (Paris)',
    });
}
