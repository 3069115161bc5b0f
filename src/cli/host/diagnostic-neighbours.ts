/** `tapline diagnostic network arpshow` and `ndpshow`: the caches of neighbours. @module */
import { jsonText } from '../../base/text.ts';
import type { CommandContext } from '../context.ts';
import { allowOne } from '../options.ts';
import type { DiagnosticWords } from './diagnostic-options.ts';
import type { HostView } from './host-view.ts';

export const arpShow: HostView<DiagnosticWords> = {
  name: 'arpshow',
  title: 'Show system ARP cache.',
  run: (words, context) => showNeighbours(4, words, context),
};

export const ndpShow: HostView<DiagnosticWords> = {
  name: 'ndpshow',
  title: 'Show system NDP cache.',
  run: (words, context) => showNeighbours(6, words, context),
};

async function showNeighbours(family: 4 | 6, words: DiagnosticWords, context: CommandContext): Promise<void> {
  allowOne(words, ['json', 'csv']);
  const { connectNetlink } = await import('../../netlink/index.ts');
  const { listNeighbours } = await import('../../inspect/index.ts');
  const { formatArpCache, formatNdpCache, formatNeighboursCsv } = await import('../../report/index.ts');
  await using netlink = connectNetlink();
  const all = await listNeighbours(netlink, family);
  const entries = words.I === undefined ? all : all.filter((entry) => entry.interface === words.I);
  if (words.json) context.stdout.write(`${jsonText(entries, 2)}\n`);
  else if (words.csv) context.stdout.write(formatNeighboursCsv(entries));
  else context.stdout.write(family === 4 ? formatArpCache(entries) : formatNdpCache(entries));
}
