/** Runs `tapline netstat interfaces`. @module */
import { jsonText } from '../../base/text.ts';
import { listInterfaceCounters, readHostDrops } from '../../inspect/index.ts';
import {
  formatDropPlaces,
  formatInterfaceCounters,
  formatInterfaceCountersCsv,
  formatLinuxInterfaceCounters,
} from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { askLine, isInteractive } from './ask-line.ts';
import { onInterface } from './on-interface.ts';
import { withHost } from './with-host.ts';

/** A parsed command line. */
export interface InterfacesCommand {
  readonly form: 'text' | 'linux' | 'where' | 'json' | 'csv';
  readonly interfaceName: string | undefined;
  readonly numeric: boolean;
  readonly netns: string | undefined;
  /** Shows dropped outgoing packets without a question. */
  readonly drops: boolean;
}

export async function runInterfaces(command: InterfacesCommand, context: CommandContext): Promise<void> {
  const { form, numeric } = command;
  const { all, hostDrops } = await withHost(command.netns, async ({ netlink, run }) => ({
    all: await listInterfaceCounters(netlink),
    hostDrops: run(readHostDrops),
  }));
  const interfaces = onInterface(all, command.interfaceName);
  const print = {
    text: async () => {
      const drops = command.drops || (await wantsDrops(context));
      return formatInterfaceCounters(interfaces, { drops, numeric });
    },
    linux: () => formatLinuxInterfaceCounters(interfaces),
    where: () => formatDropPlaces(interfaces, hostDrops),
    json: () => `${jsonText({ interfaces, hostDrops }, 2)}\n`,
    csv: () => formatInterfaceCountersCsv(interfaces),
  };
  context.stdout.write(await print[form]());
}

/** The question of the appliance; its answer is no without a terminal. */
async function wantsDrops(context: CommandContext): Promise<boolean> {
  if (!isInteractive(context)) return false;
  return /^y(es)?$/i.test((await askLine('Show the number of dropped packets? [N]> ', context)).trim());
}
