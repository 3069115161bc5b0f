/** `tapline netstat sockets` and `queues`: active sockets, and the size of the listen queues. @module */
import { allowOne, numberOption } from '../options.ts';
import type { HostView } from './host-view.ts';
import { type NetstatWords, parseFamilies, parseForm, refuseArguments } from './netstat-options.ts';
import { parseSelection, parseWatch, type SocketWords } from './netstat-socket-options.ts';
import type { SocketsCommand } from './run-netstat-sockets.ts';

type Words = NetstatWords & SocketWords;

export const socketsView: HostView<Words> = {
  name: 'sockets',
  title: 'List of active sockets.',
  async run(words, context) {
    const command = parseSockets('sockets', words);
    const { runSockets } = await import('./run-netstat-sockets.ts');
    await runSockets(command, context);
  },
};

export const listenQueuesView: HostView<Words> = {
  name: 'queues',
  title: 'Size of the listen queues.',
  async run(words, context) {
    const command = parseSockets('queues', words);
    const { runListenQueues } = await import('./run-netstat-queues.ts');
    await runListenQueues(command, context);
  },
};

/** @throws StackError `USAGE` */
function parseSockets(view: string, words: Words): SocketsCommand {
  refuseArguments(view, words);
  allowOne(words, ['csv', 'watch']);
  return {
    ...parseSelection(words),
    families: parseFamilies(words),
    interfaceName: words.I,
    netns: words.netns,
    form: parseForm(words),
    style: words.style,
    isNumeric: words.n,
    showInfo: words.info,
    showHolders: words.p,
    interval: parseWatch(words),
    count: numberOption('-c', words.c, { least: 1 }),
  };
}
