/** Runs `tapline netstat queues`. @module */
import { defined } from '../../base/defined.ts';
import { listListenQueues, matchesSocket, readServiceNames } from '../../inspect/index.ts';
import {
  formatLinuxListenQueues,
  formatListenProblems,
  formatListenQueues,
  formatListenQueuesCsv,
} from '../../report/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { HostNames } from './host-names.ts';
import { jsonReport } from './json-report.ts';
import { withNamespace } from './namespace-option.ts';
import { repeatEvery } from './repeat.ts';
import type { SocketsCommand } from './run-netstat-sockets.ts';
import { warnOfHosts, warnOfTable } from './socket-warnings.ts';

type Found = Awaited<ReturnType<typeof listListenQueues>>;

export async function runListenQueues(command: SocketsCommand, context: CommandContext): Promise<void> {
  const { families, filter, interfaceName, interval, count } = command;
  const hosts = new HostNames();
  const show = { text: showText, json: showJson, csv: showCsv }[command.form];
  await withNamespace(command.netns, async (namespace) => {
    const report = async (): Promise<void> => {
      const found = await listListenQueues({ families, ...defined({ namespace }) });
      const queues = found.queues.filter(
        ({ socket }) =>
          matchesSocket(socket, filter) && (interfaceName === undefined || socket.interface === interfaceName),
      );
      warnOfTable({ ...found, sockets: queues.map(({ socket }) => socket) }, warnOn(context));
      await show({ ...found, queues }, command, hosts, context);
    };
    await report();
    if (interval !== undefined) await repeatEvery(interval, count, context, report);
  });
}

async function showText(
  { queues, counters }: Found,
  command: SocketsCommand,
  hosts: HostNames,
  context: CommandContext,
): Promise<void> {
  const addresses = command.isNumeric ? [] : queues.map(({ socket }) => socket.localAddress);
  warnOfHosts(await hosts.lookUp(addresses), warnOn(context));
  const names = command.isNumeric ? {} : { hostOf: hosts.hostOf, serviceOf: readServiceNames() };
  const format = command.style === 'linux' ? formatLinuxListenQueues : formatListenQueues;
  context.stdout.write(`${format(queues, names)}\n${formatListenProblems(queues, counters, names)}`);
}

async function showJson(
  found: Found,
  { interval }: SocketsCommand,
  _hosts: HostNames,
  context: CommandContext,
): Promise<void> {
  context.stdout.write(jsonReport(found, interval, context));
}

async function showCsv(
  { queues }: Found,
  _command: SocketsCommand,
  _hosts: HostNames,
  { stdout }: CommandContext,
): Promise<void> {
  stdout.write(formatListenQueuesCsv(queues));
}
