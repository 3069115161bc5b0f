/** Runs `tapline tcpservices`. @module */
import { writeFileSync } from 'node:fs';
import { defined } from '../../base/defined.ts';
import { jsonText } from '../../base/text.ts';
import { explainWriteError } from '../../base/write-error.ts';
import {
  compareServices,
  listTcpServices,
  parseBaseline,
  serviceIdentity,
  type TcpServices,
} from '../../inspect/index.ts';
import { formatServiceChanges, formatTcpServices, formatTcpServicesWide } from '../../report/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { readTextFile } from '../text-input.ts';
import { withNamespace } from './namespace-option.ts';
import { warnOfOwners, warnOfTable } from './socket-warnings.ts';
import type { TcpServicesCommand } from './tcp-services-options.ts';

export async function runTcpServices(command: TcpServicesCommand, context: CommandContext): Promise<void> {
  const before =
    command.baseline === undefined ? undefined : parseBaseline(await readTextFile(command.baseline), command.baseline);
  const found = await withNamespace(command.namespace, (namespace) =>
    listTcpServices({ families: command.families, ...defined({ namespace }) }),
  );
  if (command.newBaseline !== undefined) writeBaseline(command.newBaseline, found);
  if (before === undefined) printServices(found, command, context);
  else printChanges(before, found, command, context);
  const warn = warnOn(context);
  warnOfTable({ ...found, sockets: found.services.map(({ socket }) => socket) }, warn);
  const unowned = new Set(found.services.filter(({ process }) => process === undefined).map(({ socket }) => socket));
  warnOfOwners({ sockets: unowned.size, hiddenProcesses: found.hiddenProcesses }, warn);
}

function printServices(found: TcpServices, { form }: TcpServicesCommand, { stdout }: CommandContext): void {
  if (form === 'json') stdout.write(`${jsonText(found, 2)}\n`);
  else stdout.write(form === 'wide' ? formatTcpServicesWide(found.services) : formatTcpServices(found.services));
}

function printChanges(
  before: ReturnType<typeof parseBaseline>,
  found: TcpServices,
  { form }: TcpServicesCommand,
  { stdout }: CommandContext,
): void {
  const changes = compareServices(before, found.services.map(serviceIdentity));
  stdout.write(form === 'json' ? `${jsonText(changes, 2)}\n` : formatServiceChanges(changes));
  if (changes.appeared.length + changes.vanished.length > 0) process.exitCode = ExitCode.failure;
}

/** @throws StackError */
function writeBaseline(path: string, found: TcpServices): void {
  try {
    writeFileSync(path, `${jsonText(found, 2)}\n`);
  } catch (error) {
    throw explainWriteError(path, error);
  }
}
