/** Runs what `tapline capture` does instead of capturing: lists, filter programs, files. @module */
import { defined } from '../../base/defined.ts';
import { describeLinkType, type LinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import { compileFilter, disassemble } from '../../bpf/index.ts';
import { findDevice, interfaceTimestampTypes } from '../../capture/index.ts';
import { listInterfaces, numberInterfaces } from '../../inspect/index.ts';
import { openFile } from '../../pcap/index.ts';
import { formatNumberedInterfaces } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { runRead } from '../file/run-read.ts';
import { resolverFor } from '../filter/filter-names.ts';
import { writeWarnings } from '../filter/filter-warnings.ts';
import { readFilter } from '../options.ts';
import { checkLinkType, type InterfaceChoice, withInterfaceNames } from './capture-interfaces.ts';
import type { FilterDump, InsteadCommand } from './instead-options.ts';

export async function runInstead(command: InsteadCommand, context: CommandContext): Promise<void> {
  switch (command.kind) {
    case 'read':
      return runRead(command.command, context);
    case 'interfaces':
      return context.stdout.write(formatNumberedInterfaces(numberInterfaces(await listInterfaces())));
    case 'link-types':
    case 'timestamp-types':
      return listTypes(command.kind, await withInterfaceNames(command.interfaces), context);
    case 'program':
      return dumpFilter(command, context);
  }
}

/** Writes the lists of `-L` and `-J`, as tcpdump does. */
function listTypes(
  kind: 'link-types' | 'timestamp-types',
  interfaces: readonly InterfaceChoice[],
  { stdout }: CommandContext,
): void {
  for (const { interfaceName } of interfaces) {
    const name = printable(interfaceName);
    if (kind === 'link-types') {
      stdout.write(`Data link types for ${name} (use option -y to set):\n`);
      stdout.write(`  ${describeLinkType(findDevice(interfaceName).linkType)}\n`);
    } else {
      stdout.write(`Time stamp types for ${name} (use option -j to set):\n`);
      for (const type of interfaceTimestampTypes(interfaceName)) stdout.write(`  ${type} (${TIMESTAMP_TEXTS[type]})\n`);
    }
  }
}

/** Descriptions of pcap-tstamp(7). */
const TIMESTAMP_TEXTS = {
  host: 'Host',
  adapter: 'Adapter',
  adapter_unsynced: 'Adapter, not synced with system time',
} as const;

async function dumpFilter(dump: FilterDump, context: CommandContext): Promise<void> {
  const { form, filter, optimize } = dump;
  const [choice] = await withInterfaceNames(dump.interfaces);
  const device = choice === undefined ? undefined : findDevice(choice.interfaceName);
  if (device !== undefined) checkLinkType(device, dump.linkType);
  const inFile = await fileProperties(dump.file);
  const linkType = device?.linkType ?? dump.linkType ?? inFile?.linkType;
  const expression = choice?.filter ?? (await readFilter(filter));
  const { instructions, warnings } = compileFilter(expression, {
    live: device !== undefined,
    snapLength: choice?.snapLength ?? inFile?.snapLength ?? dump.snapLength,
    optimize,
    resolver: await resolverFor(expression),
    ...defined({ linkType, netmask: device?.netmask }),
  });
  writeWarnings(warnings, context);
  context.stdout.write(disassemble(instructions, form >= 3 ? 'decimal' : form === 2 ? 'c' : 'text'));
}

async function fileProperties(
  file: string | undefined,
): Promise<{ readonly linkType: LinkType; readonly snapLength: number } | undefined> {
  if (file === undefined) return undefined;
  await using source = await openFile(file);
  const { linkType, snapLength } = source;
  return { linkType, snapLength };
}
