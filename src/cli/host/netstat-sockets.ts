/** `tapline netstat sockets`: the list of active sockets. @module */
import { defined } from '../../base/defined.ts';
import { jsonText } from '../../base/text.ts';
import type { HostSocket, SocketHolder, SocketTable } from '../../inspect/index.ts';
import type { SocketStyle } from '../../report/index.ts';
import type { NetworkNamespace } from '../../sys/namespace.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { numberOption } from '../options.ts';
import { lookUpHosts } from './host-names.ts';
import type { HostView } from './host-view.ts';
import { withNamespace } from './namespace-option.ts';
import { type NetstatWords, parseFamilies, parseForm, refuseArguments } from './netstat-options.ts';
import { parseSockets, parseWatch, type SocketSelection, type SocketWords } from './netstat-socket-options.ts';
import { repeatEvery } from './repeat.ts';
import { warnOfHosts, warnOfOwners, warnOfTable } from './socket-warnings.ts';

type Words = NetstatWords & SocketWords;

/** One reading of the socket table. */
interface Reading extends Pick<SocketTable, 'isConsistent' | 'fromProc'> {
  readonly sockets: readonly HostSocket[];
  readonly holdersOf: ((socket: HostSocket) => readonly SocketHolder[]) | undefined;
}

export const socketsView: HostView<Words> = {
  name: 'sockets',
  title: 'List of active sockets.',
  async run(words, context) {
    refuseArguments('sockets', words);
    const form = parseForm(words);
    const selection = parseSockets(words);
    const interval = parseWatch(words);
    const count = numberOption('-c', words.c, { least: 1 });
    const show = form === 'text' ? showText : form === 'json' ? showJson : showCsv;
    await withNamespace(words.netns, async (namespace) => {
      let before = await read(words, selection, namespace, warnOn(context));
      await show(before, words, context);
      if (interval === undefined) return;
      await repeatEvery(interval, count, context, async () => {
        const now = await read(words, selection, namespace, warnOn(context));
        await showChanges(before, now, words, context);
        before = now;
      });
    });
  },
};

async function read(
  words: Words,
  { protocols, states, filter }: SocketSelection,
  namespace: NetworkNamespace | undefined,
  warn: (message: string) => void,
): Promise<Reading> {
  const { findSocketHolders, listSockets, matchesSocket } = await import('../../inspect/index.ts');
  const query = { families: parseFamilies(words), info: words.info, memory: words.json || words.csv };
  const table = await listSockets({ ...query, ...defined({ protocols, states, namespace }) });
  const sockets = table.sockets.filter(
    (socket) => matchesSocket(socket, filter) && (words.I === undefined || socket.interface === words.I),
  );
  warnOfTable({ ...table, sockets }, warn);
  const { isConsistent, fromProc } = table;
  if (!words.p) return { sockets: listenersLast(sockets), isConsistent, fromProc, holdersOf: undefined };
  const { holdersOf, hiddenProcesses } = findSocketHolders();
  const unowned = sockets.filter((socket) => socket.inode !== 0 && holdersOf(socket).length === 0);
  warnOfOwners({ sockets: unowned.length, hiddenProcesses }, warn);
  return { sockets: listenersLast(sockets), isConsistent, fromProc, holdersOf };
}

/** Within each protocol connections come first, as in FreeBSD. */
function listenersLast(sockets: readonly HostSocket[]): readonly HostSocket[] {
  const isTcp = ({ protocol }: HostSocket): boolean => protocol === 'tcp';
  const isListener = ({ state }: HostSocket): boolean => state === 'listen';
  const tcp = sockets.filter(isTcp);
  return [
    ...tcp.filter((socket) => !isListener(socket)),
    ...tcp.filter(isListener),
    ...sockets.filter((socket) => !isTcp(socket)),
  ];
}

async function styleOf(
  sockets: readonly HostSocket[],
  holdersOf: Reading['holdersOf'],
  words: Words,
  context: CommandContext,
): Promise<SocketStyle> {
  const style = { style: words.style, showInfo: words.info, ...defined({ holdersOf }) };
  if (words.n) return style;
  const { readServiceNames } = await import('../../inspect/index.ts');
  const hosts = await lookUpHosts(sockets.flatMap(({ localAddress, remoteAddress }) => [localAddress, remoteAddress]));
  warnOfHosts(hosts.unanswered, warnOn(context));
  return { ...style, hostOf: hosts.hostOf, serviceOf: readServiceNames() };
}

async function showText({ sockets, holdersOf }: Reading, words: Words, context: CommandContext): Promise<void> {
  const { formatSockets } = await import('../../report/index.ts');
  context.stdout.write(formatSockets(sockets, await styleOf(sockets, holdersOf, words, context)));
}

async function showJson(reading: Reading, words: Words, { stdout }: CommandContext): Promise<void> {
  const { sockets, holdersOf, isConsistent, fromProc } = reading;
  const rows = sockets.map((socket) => withHolders(socket, holdersOf));
  const isRepeated = words.watch !== undefined;
  const document = { sockets: rows, isConsistent, fromProc };
  stdout.write(`${isRepeated ? jsonText({ time: new Date(), ...document }) : jsonText(document, 2)}\n`);
}

async function showCsv({ sockets, holdersOf }: Reading, _words: Words, { stdout }: CommandContext): Promise<void> {
  const { formatSocketsCsv } = await import('../../report/index.ts');
  stdout.write(formatSocketsCsv(sockets, holdersOf));
}

async function showChanges(before: Reading, now: Reading, words: Words, context: CommandContext): Promise<void> {
  const { compareSockets } = await import('../../inspect/index.ts');
  const { formatSocketChanges } = await import('../../report/index.ts');
  const changes = compareSockets(before.sockets, now.sockets);
  const { appeared, vanished, changed } = changes;
  if (words.json) {
    context.stdout.write(`${jsonText({ time: new Date(), ...changes, isConsistent: now.isConsistent })}\n`);
    return;
  }
  const shown = [...appeared, ...vanished, ...changed.map((change) => change.now)];
  const holdersOf = now.holdersOf && ((socket: HostSocket) => (now.holdersOf ?? before.holdersOf)?.(socket) ?? []);
  const style = await styleOf(shown, holdersOf, words, context);
  const time = new Date().toTimeString().slice(0, 8);
  const counts = `${now.sockets.length} sockets, +${appeared.length} -${vanished.length} ~${changed.length}`;
  context.stdout.write(`${time}  ${counts}\n${formatSocketChanges(changes, style)}`);
}

function withHolders(socket: HostSocket, holdersOf: Reading['holdersOf']): object {
  return holdersOf === undefined ? socket : { ...socket, processes: holdersOf(socket) };
}
