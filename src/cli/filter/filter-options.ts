/** Options of `tapline filter`. @module */
import type { Argv } from 'yargs';

export type FilterArguments = ReturnType<typeof filterOptions> extends Argv<infer Arguments> ? Arguments : never;

export function filterOptions(command: Argv) {
  const expression = {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'pcap-filter(7) expression, in one word or several',
  } as const;
  return command
    .positional('expression', expression)
    .option('d', { type: 'count', describe: 'print the program: -d as text (default), -dd as C, -ddd as numbers' })
    .option('y', {
      alias: 'link-type',
      type: 'string',
      describe: 'link type of the frames; EN10MB, or that of the file of --trace and --count',
    })
    .option('s', { alias: 'snaplen', type: 'string', describe: 'snapshot length in bytes (default 262144)' })
    .option('netmask', { type: 'string', describe: 'netmask for "ip broadcast" (default 0.0.0.0)' })
    .option('O', { alias: 'no-optimize', type: 'boolean', default: false, describe: 'do not optimize the program' })
    .option('live', { type: 'boolean', default: false, describe: 'compile for a live capture on Linux' })
    .option('strict', { type: 'boolean', default: false, describe: 'refuse extensions of pcap-filter(7)' })
    .option('F', { alias: 'filter-file', type: 'string', describe: 'read the expression from a file' })
    .option('bpf', { type: 'string', describe: 'use a compiled program, in the form that tcpdump -ddd prints' })
    .option('json', {
      type: 'boolean',
      default: false,
      describe: 'JSON: syntax tree, tests and program, or what --trace or --count prints',
    })
    .option('explain', {
      type: 'boolean',
      default: false,
      describe: 'print the syntax tree, each test in words and the program with labels',
    })
    .option('graph', { type: 'boolean', default: false, describe: 'print the decision graph for Graphviz' })
    .option('trace', {
      type: 'string',
      describe: 'FILE or FILE#N: show which words decide about frame N (default 1), and its way through the program',
    })
    .option('count', { type: 'string', describe: 'FILE: count the frames that each test of the expression matches' });
}
