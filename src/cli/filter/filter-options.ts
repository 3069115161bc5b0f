/** Options of `tapline filter`. @module */
import type { Argv } from 'yargs';

export type FilterArguments = ReturnType<typeof filterOptions> extends Argv<infer Arguments> ? Arguments : never;

export function filterOptions(command: Argv) {
  const expression = {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'pcap-filter(7) text; its words may come one by one',
  } as const;
  return command
    .positional('expression', expression)
    .option('d', { type: 'count', describe: 'the program: -d as text (as without), -dd for C, -ddd as numbers' })
    .option('y', { alias: 'link-type', type: 'string', default: 'EN10MB', describe: 'link type of the frames' })
    .option('s', { alias: 'snaplen', type: 'string', describe: 'bytes that an accepted frame is cut to; 262144' })
    .option('netmask', { type: 'string', describe: 'of the network that "ip broadcast" is about; 0.0.0.0' })
    .option('O', { alias: 'no-optimize', type: 'boolean', default: false, describe: 'the plain translation' })
    .option('live', { type: 'boolean', default: false, describe: 'as for a live capture on Linux' })
    .option('strict', { type: 'boolean', default: false, describe: 'nothing beyond pcap-filter(7)' })
    .option('F', { alias: 'filter-file', type: 'string', describe: 'read the expression from a file' })
    .option('bpf', { type: 'string', describe: 'a ready program instead, in the form that tcpdump -ddd prints' })
    .option('json', { type: 'boolean', default: false, describe: 'syntax tree, tests and program as JSON' })
    .option('explain', {
      type: 'boolean',
      default: false,
      describe: 'syntax tree, each test in words, program with labels',
    })
    .option('graph', { type: 'boolean', default: false, describe: 'the decision graph, for Graphviz' })
    .option('trace', { type: 'string', describe: 'FILE or FILE#N: step by step, why frame N (1) matches or does not' });
}
