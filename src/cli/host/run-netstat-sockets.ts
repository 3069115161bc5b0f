/** Runs `tapline netstat sockets`. @module */
import { defined } from '../../base/defined.ts';
import {
  compareSockets,
  findSocketHolders,
  type HostSocket,
  listSockets,
  matchesSocket,
  readServiceNames,
  type SocketHolder,
  type SocketTable,
} from '../../inspect/index.ts';
import { formatSocketChanges, formatSockets, formatSocketsCsv, type SocketStyle } from '../../report/index.ts';
import type { NetworkNamespace } from '../../sys/namespace.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { HostNames } from './host-names.ts';
import { jsonReport } from './json-report.ts';
import { withNamespace } from './namespace-option.ts';
import type { OutputForm } from './netstat-options.ts';
import type { SocketSelection } from './netstat-socket-options.ts';
import { repeatEvery } from './repeat.ts';
import { warnOfHosts, warnOfOwners, warnOfTable } from './socket-warnings.ts';

/** A parsed command line. */
export interface SocketsCommand extends SocketSelection {
  readonly families: readonly (4 | 6)[];
  /** Only sockets that are bound to this interface. */
  readonly interfaceName: string | undefined;
  readonly netns: string | undefined;
  readonly form: OutputForm;
  readonly style: SocketStyle['style'];
  readonly isNumeric: boolean;
  readonly showInfo: boolean;
  readonly showHolders: boolean;
  /** Milliseconds between reports; undefined: one report. */
  readonly interval: number | undefined;
  readonly count: number | undefined;
}

/** One reading of the socket table. */
interface Reading extends SocketTable {
  readonly holdersOf: ((socket: HostSocket) => readonly SocketHolder[]) | undefined;
}

export async function runSockets(command: SocketsCommand, context: CommandContext): Promise<void> {
  const { interval, count } = command;
  const hosts = new HostNames();
  const show = { text: showText, json: showJson, csv: showCsv }[command.form];
  await withNamespace(command.netns, async (namespace) => {
    let before = await read(command, namespace, context);
    await show(before, command, hosts, context);
    if (interval === undefined) return;
    await repeatEvery(interval, count, context, async () => {
      const now = await read(command, namespace, context);
      await showChanges(before, now, command, hosts, context);
      before = now;
    });
  });
}

async function read(
  command: SocketsCommand,
  namespace: NetworkNamespace | undefined,
  context: CommandContext,
): Promise<Reading> {
  const { protocols, states, families, filter, interfaceName } = command;
  const details = { info: command.showInfo, memory: command.form !== 'text' };
  const table = await listSockets({ families, ...details, ...defined({ protocols, states, namespace }) });
  const chosen = table.sockets.filter(
    (socket) => matchesSocket(socket, filter) && (interfaceName === undefined || socket.interface === interfaceName),
  );
  const found = { ...table, sockets: listenersLast(chosen) };
  warnOfTable(found, warnOn(context));
  if (!command.showHolders) return { ...found, holdersOf: undefined };
  const { holdersOf, hiddenProcesses } = findSocketHolders();
  const unowned = chosen.filter((socket) => socket.inode !== 0 && holdersOf(socket).length === 0);
  warnOfOwners({ sockets: unowned.length, hiddenProcesses }, warnOn(context));
  return { ...found, holdersOf };
}

/** Within TCP, connections come first, as in FreeBSD. */
function listenersLast(sockets: readonly HostSocket[]): readonly HostSocket[] {
  const rankOf = ({ protocol, state }: HostSocket): number => (protocol !== 'tcp' ? 2 : state === 'listen' ? 1 : 0);
  return [0, 1, 2].flatMap((rank) => sockets.filter((socket) => rankOf(socket) === rank));
}

async function styleOf(
  sockets: readonly HostSocket[],
  holdersOf: Reading['holdersOf'],
  { style, showInfo, isNumeric }: SocketsCommand,
  hosts: HostNames,
  context: CommandContext,
): Promise<SocketStyle> {
  const numeric = { style, showInfo, ...defined({ holdersOf }) };
  if (isNumeric) return numeric;
  const unanswered = await hosts.lookUp(sockets.flatMap((socket) => [socket.localAddress, socket.remoteAddress]));
  warnOfHosts(unanswered, warnOn(context));
  return { ...numeric, hostOf: hosts.hostOf, serviceOf: readServiceNames() };
}

async function showText(
  { sockets, holdersOf }: Reading,
  command: SocketsCommand,
  hosts: HostNames,
  context: CommandContext,
): Promise<void> {
  context.stdout.write(formatSockets(sockets, await styleOf(sockets, holdersOf, command, hosts, context)));
}

async function showJson(
  reading: Reading,
  { interval }: SocketsCommand,
  _hosts: HostNames,
  context: CommandContext,
): Promise<void> {
  const { sockets, holdersOf, isConsistent, fromProc } = reading;
  const rows =
    holdersOf === undefined ? sockets : sockets.map((socket) => ({ ...socket, processes: holdersOf(socket) }));
  context.stdout.write(jsonReport({ sockets: rows, isConsistent, fromProc }, interval, context));
}

async function showCsv(
  { sockets, holdersOf }: Reading,
  _command: SocketsCommand,
  _hosts: HostNames,
  { stdout }: CommandContext,
): Promise<void> {
  stdout.write(formatSocketsCsv(sockets, holdersOf));
}

async function showChanges(
  before: Reading,
  now: Reading,
  command: SocketsCommand,
  hosts: HostNames,
  context: CommandContext,
): Promise<void> {
  const changes = compareSockets(before.sockets, now.sockets);
  const { appeared, vanished, changed } = changes;
  const { stdout, clock } = context;
  if (command.form === 'json') {
    const { isConsistent, fromProc } = now;
    stdout.write(jsonReport({ ...changes, isConsistent, fromProc }, command.interval, context));
    return;
  }
  const shown = [...appeared, ...vanished, ...changed.map((change) => change.now)];
  // The processes of a socket that vanished are those of the reading before.
  const holdersOf =
    now.holdersOf &&
    ((socket: HostSocket) => {
      const holders = now.holdersOf?.(socket) ?? [];
      return holders.length > 0 ? holders : (before.holdersOf?.(socket) ?? []);
    });
  const style = await styleOf(shown, holdersOf, command, hosts, context);
  const time = new Date(clock.wallTime()).toTimeString().slice(0, 8);
  const counts = `${now.sockets.length} sockets, +${appeared.length} -${vanished.length} ~${changed.length}`;
  stdout.write(`${time}  ${counts}\n${formatSocketChanges(changes, style)}`);
}
