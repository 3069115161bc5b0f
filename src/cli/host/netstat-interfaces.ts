/** `tapline netstat interfaces`: the state of network interfaces. @module */
import type { Argv } from 'yargs';
import { jsonText } from '../../base/text.ts';
import type { CommandContext } from '../context.ts';
import { optionGroup } from '../option-group.ts';
import { askLine, isInteractive } from './ask-line.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseForm, refuseArguments } from './netstat-options.ts';
import { onInterface } from './on-interface.ts';

type InterfacesWords = NetstatWords & (ReturnType<typeof interfacesOptions> extends Argv<infer Words> ? Words : never);

export const interfacesView: HostView<InterfacesWords> = {
  name: 'interfaces',
  title: 'State of network interfaces.',
  async run(words, context) {
    refuseArguments('interfaces', words);
    const form = parseForm(words);
    const { withHost } = await import('./with-host.ts');
    const { listInterfaceCounters, readHostDrops } = await import('../../inspect/index.ts');
    const report = await import('../../report/index.ts');
    const { all, hostDrops } = await withHost(words.netns, async ({ netlink, run }) => ({
      all: await listInterfaceCounters(netlink),
      hostDrops: run(readHostDrops),
    }));
    const interfaces = onInterface(all, words.I);
    if (form === 'json') context.stdout.write(`${jsonText({ interfaces, hostDrops }, 2)}\n`);
    else if (words.where) context.stdout.write(report.formatDropPlaces(interfaces, hostDrops));
    else if (form === 'csv') context.stdout.write(report.formatInterfaceCountersCsv(interfaces));
    else if (words.style === 'linux') context.stdout.write(report.formatLinuxInterfaceCounters(interfaces));
    else {
      const drops = words.drops || (await wantsDrops(context));
      context.stdout.write(report.formatInterfaceCounters(interfaces, { drops, numeric: words.n }));
    }
  },
};

export function interfacesOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(NetstatGroup.interfaces);
  return command
    .option('drops', flag('show dropped outgoing packets; without it, a terminal is asked'))
    .option('where', flag('show where packets were dropped: device, protocol, queue, softnet, listener'));
}

/** The question of the appliance; its answer is no without a terminal. */
async function wantsDrops(context: CommandContext): Promise<boolean> {
  if (!isInteractive(context)) return false;
  return /^y(es)?$/i.test((await askLine('Show the number of dropped packets? [N]> ', context)).trim());
}
