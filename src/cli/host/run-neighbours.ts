/** Runs `tapline diagnostic network arpshow` and `ndpshow`. @module */
import { jsonText } from '../../base/text.ts';
import {
  type NeighbourCache,
  type NeighbourEntry,
  readNeighbours,
  subscribeToNeighbours,
  watchNeighbours,
} from '../../inspect/index.ts';
import {
  formatArpCache,
  formatNdpCache,
  formatNeighbour,
  formatNeighboursCsv,
  neighbourFindingText,
} from '../../report/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { listenForStop } from '../stop-signals.ts';
import { lookUpHosts } from './host-names.ts';
import { warnOfHosts } from './socket-warnings.ts';
import { type Host, withHost } from './with-host.ts';

/** A parsed command line. */
export interface NeighbourCommand {
  readonly family: 4 | 6;
  readonly form: 'text' | 'json' | 'csv';
  readonly numeric: boolean;
  readonly interfaceName: string | undefined;
  readonly netns: string | undefined;
  /** Prints changes after the cache. */
  readonly watches: boolean;
  /** Number of changes to print; undefined: until it is stopped. */
  readonly count: number | undefined;
}

export async function runNeighbours(command: NeighbourCommand, context: CommandContext): Promise<void> {
  await withHost(command.netns, async (host) => {
    if (command.watches) await watch(command, host, context);
    else await printCache(command, await readNeighbours(host.netlink, command.family), context);
  });
}

function isShown({ interfaceName }: NeighbourCommand): (one: { readonly interface: string }) => boolean {
  return ({ interface: name }) => interfaceName === undefined || name === interfaceName;
}

async function printCache(command: NeighbourCommand, cache: NeighbourCache, context: CommandContext): Promise<void> {
  const { family, form, numeric } = command;
  const { stdout } = context;
  const warn = warnOn(context);
  const entries = cache.entries.filter(isShown(command));
  const findings = cache.findings.filter(isShown(command));
  if (form === 'json') stdout.write(`${jsonText({ entries, findings }, 2)}\n`);
  else if (form === 'csv') stdout.write(formatNeighboursCsv(entries));
  else {
    const hosts = numeric ? undefined : await lookUpHosts(entries.map(({ address }) => address));
    stdout.write(family === 4 ? formatArpCache(entries, hosts?.hostOf) : formatNdpCache(entries, hosts?.hostOf));
    warnOfHosts(hosts?.unanswered ?? 0, warn);
  }
  if (form !== 'json') for (const finding of findings) warn(neighbourFindingText(finding));
  if (!cache.consistent) warn('the cache changed while it was read; entries may be missing or listed twice');
}

/** Subscribes before it reads the cache, so that no change is missed. */
async function watch(command: NeighbourCommand, { netlink, run }: Host, context: CommandContext): Promise<void> {
  const { family, form, count = Number.POSITIVE_INFINITY } = command;
  const { stdout } = context;
  const stop = listenForStop(context);
  const print = (event: string, entry: NeighbourEntry): void =>
    stdout.write(form === 'json' ? `${jsonText({ event, ...entry })}\n` : `${event}: ${formatNeighbour(entry)}`);
  const printAll = async (): Promise<void> => {
    for (const entry of (await readNeighbours(netlink, family)).entries.filter(isShown(command))) print('known', entry);
  };
  try {
    const socket = run(subscribeToNeighbours);
    await printAll();
    let left = count;
    for await (const change of watchNeighbours(netlink, family, socket, stop.signal)) {
      if (change === 'lost') {
        warnOn(context)('changes were lost; the cache follows as it is now');
        await printAll();
      } else if (isShown(command)(change.entry)) {
        print(change.event, change.entry);
        left -= 1;
      }
      if (left === 0 || stdout.closed) break;
    }
  } finally {
    stop.release();
  }
}
