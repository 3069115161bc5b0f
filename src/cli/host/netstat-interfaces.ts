/** `tapline netstat interfaces`: the state of network interfaces. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import type { InterfaceCounters } from '../../inspect/index.ts';
import type { CommandContext } from '../context.ts';
import { optionGroup } from '../option-group.ts';
import { askLine, isInteractive } from './ask-line.ts';
import type { HostView } from './host-view.ts';
import { NetstatGroup, type NetstatWords, parseForm, refuseArguments } from './netstat-options.ts';

type InterfacesWords = NetstatWords & (ReturnType<typeof interfacesOptions> extends Argv<infer Words> ? Words : never);

export const interfacesView: HostView<InterfacesWords> = {
  name: 'interfaces',
  title: 'State of network interfaces.',
  async run(words, context) {
    refuseArguments('interfaces', words);
    const form = parseForm(words);
    const { connectNetlink } = await import('../../netlink/index.ts');
    const { listInterfaceCounters } = await import('../../inspect/index.ts');
    const report = await import('../../report/index.ts');
    await using netlink = connectNetlink();
    const interfaces = ofInterface(await listInterfaceCounters(netlink), words.I);
    if (form === 'json') context.stdout.write(`${jsonText(interfaces, 2)}\n`);
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
  return command.option('drops', flag('show dropped outgoing packets; without it, a terminal is asked'));
}

/** The question of the appliance; its answer is no without a terminal. */
async function wantsDrops(context: CommandContext): Promise<boolean> {
  if (!isInteractive(context)) return false;
  return /^y(es)?$/i.test((await askLine('Show the number of dropped packets? [N]> ', context)).trim());
}

/** @throws StackError `NO_INTERFACE` */
function ofInterface(interfaces: readonly InterfaceCounters[], name: string | undefined): readonly InterfaceCounters[] {
  if (name === undefined) return interfaces;
  const found = interfaces.filter((one) => one.name === name);
  if (found.length > 0) return found;
  throw new StackError(
    'NO_INTERFACE',
    `there is no interface ${JSON.stringify(name)}; \`tapline interfaces\` lists them`,
  );
}
