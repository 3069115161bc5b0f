/** `tapline netstat queues`: the size of the listen queues. @module */
import { defined } from '../../base/defined.ts';
import { jsonText } from '../../base/text.ts';
import type { ListenCounters, ListenQueue } from '../../inspect/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { numberOption } from '../options.ts';
import { lookUpHosts } from './host-names.ts';
import type { HostView } from './host-view.ts';
import { withNamespace } from './namespace-option.ts';
import { type NetstatWords, parseFamilies, parseForm, refuseArguments } from './netstat-options.ts';
import { parseSockets, parseWatch, type SocketWords } from './netstat-socket-options.ts';
import { repeatEvery } from './repeat.ts';
import { warnOfHosts, warnOfTable } from './socket-warnings.ts';

type Words = NetstatWords & SocketWords;

export const listenQueuesView: HostView<Words> = {
  name: 'queues',
  title: 'Size of the listen queues.',
  async run(words, context) {
    refuseArguments('queues', words);
    const form = parseForm(words);
    const { filter } = parseSockets(words);
    const families = parseFamilies(words);
    const interval = parseWatch(words);
    const count = numberOption('-c', words.c, { least: 1 });
    const { listListenQueues, matchesSocket } = await import('../../inspect/index.ts');
    const { formatListenQueuesCsv } = await import('../../report/index.ts');
    await withNamespace(words.netns, async (namespace) => {
      const report = async (): Promise<void> => {
        const found = await listListenQueues({ families, ...defined({ namespace }) });
        warnOfTable({ ...found, sockets: found.queues.map(({ socket }) => socket) }, warnOn(context));
        const queues = found.queues.filter(
          ({ socket }) => matchesSocket(socket, filter) && (words.I === undefined || socket.interface === words.I),
        );
        if (form === 'json') {
          const document = { queues, counters: found.counters, isConsistent: found.isConsistent };
          const isRepeated = interval !== undefined;
          context.stdout.write(`${isRepeated ? jsonText({ time: new Date(), ...document }) : jsonText(document, 2)}\n`);
        } else if (form === 'csv') context.stdout.write(formatListenQueuesCsv(queues));
        else await showText(queues, found.counters, words, context);
      };
      await report();
      if (interval !== undefined) await repeatEvery(interval, count, context, report);
    });
  },
};

async function showText(
  queues: readonly ListenQueue[],
  counters: ListenCounters | undefined,
  words: Words,
  context: CommandContext,
): Promise<void> {
  const { readServiceNames } = await import('../../inspect/index.ts');
  const { formatLinuxListenQueues, formatListenProblems, formatListenQueues } = await import('../../report/index.ts');
  const hosts = await lookUpHosts(words.n ? [] : queues.map(({ socket }) => socket.localAddress));
  warnOfHosts(hosts.unanswered, warnOn(context));
  const names = words.n ? {} : { hostOf: hosts.hostOf, serviceOf: readServiceNames() };
  const format = words.style === 'linux' ? formatLinuxListenQueues : formatListenQueues;
  context.stdout.write(`${format(queues, names)}\n${formatListenProblems(queues, counters, names)}`);
}
