/** `tapline netstat interfaces`: the state of network interfaces. @module */
import type { Argv } from 'yargs';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseForm, refuseArguments } from './netstat-options.ts';
import { parseWatch } from './netstat-socket-options.ts';
import type { InterfacesCommand } from './run-netstat-interfaces.ts';

type InterfacesWords = NetstatWords &
  Parameters<typeof parseWatch>[0] &
  (ReturnType<typeof interfacesOptions> extends Argv<infer Words> ? Words : never);

export const interfacesView: HostView<InterfacesWords> = {
  name: 'interfaces',
  title: 'State of network interfaces.',
  async run(words, context) {
    const command = parseInterfaces(words);
    const { runInterfaces } = await import('./run-netstat-interfaces.ts');
    await runInterfaces(command, context);
  },
};

export function interfacesOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(NetstatGroup.interfaces);
  return command
    .option('drops', flag('show dropped outgoing packets; without it, a terminal is asked'))
    .option('where', flag('show where packets were dropped: device, protocol, queue, softnet, listener'));
}

/** @throws StackError `USAGE` */
function parseInterfaces(words: InterfacesWords): InterfacesCommand {
  refuseArguments('interfaces', words);
  const form = parseForm(words);
  allowOne(words, ['where', 'json', 'csv']);
  allowOne(words, ['csv', 'watch']);
  return {
    form: words.where ? 'where' : form === 'text' && words.style === 'linux' ? 'linux' : form,
    interfaceName: words.I,
    numeric: words.n,
    netns: words.netns,
    drops: words.drops,
    interval: parseWatch(words),
    count: numberOption('-c', words.c, { least: 1 }),
  };
}
