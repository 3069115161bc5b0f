/** Options of `tapline tcpservices`. @module */
import type { Argv } from 'yargs';
import { optionGroup } from '../option-group.ts';
import { allowOne } from '../options.ts';
import { namespaceOption } from './namespace-option.ts';

export const TCP_SERVICES_EXIT_STATUS =
  'Exit status: 0 success, 1 the services differ from --baseline, or failure, 2 usage error, 3 missing privilege, ' +
  '4 no such network namespace, 6 FILE is not a list of services.';

export type TcpServicesWords = ReturnType<typeof tcpServicesOptions> extends Argv<infer Words> ? Words : never;

export interface TcpServicesCommand {
  readonly form: 'text' | 'wide' | 'json';
  readonly families: readonly (4 | 6)[];
  /** File to compare with. */
  readonly baseline: string | undefined;
  /** File to write. */
  readonly newBaseline: string | undefined;
  readonly namespace: string | undefined;
}

export function tcpServicesOptions(command: Argv) {
  const selection = optionGroup('Selection:');
  const comparison = optionGroup('Comparison:');
  const output = optionGroup('Output:');
  return command
    .option('ipv4', selection.flag('show IPv4 only', { alias: '4' }))
    .option('ipv6', selection.flag('show IPv6 only', { alias: '6' }))
    .option('netns', namespaceOption('Selection:'))
    .option('baseline', comparison.value('show what appeared and vanished since this file was written'))
    .option('write-baseline', comparison.value('write the services to this file, for --baseline'))
    .option('wide', output.flag('show process id, queue, drops, unit, package, executable and description'))
    .option('json', output.flag('print JSON'));
}

/** @throws StackError `USAGE` */
export function parseTcpServices(words: TcpServicesWords): TcpServicesCommand {
  allowOne(words, ['ipv4', 'ipv6']);
  allowOne(words, ['wide', 'json']);
  allowOne(words, ['wide', 'baseline']);
  return {
    form: words.json ? 'json' : words.wide ? 'wide' : 'text',
    families: words.ipv4 ? [4] : words.ipv6 ? [6] : [4, 6],
    baseline: words.baseline,
    newBaseline: words['write-baseline'],
    namespace: words.netns,
  };
}
