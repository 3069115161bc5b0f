/** Runs `tapline netstat interfaces`. @module */
import { listInterfaceCounters, readHostDrops } from '../../inspect/index.ts';
import {
  formatDropPlaces,
  formatInterfaceCounters,
  formatInterfaceCountersCsv,
  formatLinuxInterfaceCounters,
} from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { askLine, isInteractive } from './ask-line.ts';
import { jsonReport } from './json-report.ts';
import { onInterface } from './on-interface.ts';
import { repeatEvery } from './repeat.ts';
import { withHost } from './with-host.ts';

/** A parsed command line. */
export interface InterfacesCommand {
  readonly form: 'text' | 'linux' | 'where' | 'json' | 'csv';
  readonly interfaceName: string | undefined;
  readonly numeric: boolean;
  readonly netns: string | undefined;
  /** Shows dropped outgoing packets without a question. */
  readonly drops: boolean;
  /** Milliseconds between reports; undefined: one report. */
  readonly interval: number | undefined;
  readonly count: number | undefined;
}

export async function runInterfaces(command: InterfacesCommand, context: CommandContext): Promise<void> {
  const { form, numeric, interval } = command;
  const drops = command.drops || (form === 'text' && (await wantsDrops(context)));
  await withHost(command.netns, async ({ netlink, run }) => {
    const report = async (): Promise<void> => {
      const interfaces = onInterface(await listInterfaceCounters(netlink), command.interfaceName);
      const hostDrops = run(readHostDrops);
      const print = {
        text: () => formatInterfaceCounters(interfaces, { drops, numeric }),
        linux: () => formatLinuxInterfaceCounters(interfaces),
        where: () => formatDropPlaces(interfaces, hostDrops),
        json: () => jsonReport({ interfaces, hostDrops }, interval, context),
        csv: () => formatInterfaceCountersCsv(interfaces),
      };
      context.stdout.write(print[form]());
    };
    await report();
    if (interval !== undefined) await repeatEvery(interval, command.count, context, report);
  });
}

/** The question of the appliance; its answer is no without a terminal. */
async function wantsDrops(context: CommandContext): Promise<boolean> {
  if (!isInteractive(context)) return false;
  return /^y(es)?$/i.test((await askLine('Show the number of dropped packets? [N]> ', context)).trim());
}
