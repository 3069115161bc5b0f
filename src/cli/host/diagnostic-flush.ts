/** `tapline diagnostic network flush`: empties the network caches of the kernel. @module */
import type { Argv } from 'yargs';
import { jsonText } from '../../base/text.ts';
import { optionGroup } from '../option-group.ts';
import { DiagnosticGroup, type DiagnosticWords, refuseArguments } from './diagnostic-options.ts';
import type { HostView } from './host-view.ts';

type FlushWords = DiagnosticWords & (ReturnType<typeof flushOptions> extends Argv<infer Words> ? Words : never);

export const flush: HostView<FlushWords> = {
  name: 'flush',
  title: 'Flush all network related caches.',
  async run(words, { stdout }) {
    refuseArguments('flush', words);
    const { withHost } = await import('./with-host.ts');
    const { connectNetlink, NetlinkProtocol, openNetlinkSocket } = await import('../../netlink/index.ts');
    const { findInterfaceIndex, flushCaches } = await import('../../inspect/index.ts');
    const { formatFlush } = await import('../../report/index.ts');
    const results = await withHost(words.netns, async ({ netlink, run }) => {
      const interfaceIndex = words.I === undefined ? undefined : await findInterfaceIndex(netlink, words.I);
      await using generic = run(() => connectNetlink(openNetlinkSocket(NetlinkProtocol.generic)));
      return await flushCaches({ netlink, generic, run }, { interfaceIndex, dryRun: words['dry-run'] });
    });
    if (words.json) stdout.write(`${jsonText(results, 2)}\n`);
    else
      stdout.write(words['dry-run'] ? `${formatFlush(results)}dry run: nothing was flushed\n` : formatFlush(results));
  },
};

export function flushOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(DiagnosticGroup.caches);
  return command.option('dry-run', flag('flush: count the entries, and flush none'));
}
