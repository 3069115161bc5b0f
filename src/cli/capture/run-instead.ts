/** Runs what `tapline capture` does instead of capturing: lists, filter programs, files. @module */
import { defined } from '../../base/defined.ts';
import { describeLinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import { findDevice, interfaceTimestampTypes } from '../../capture/index.ts';
import { listInterfaces, numberInterfaces } from '../../inspect/index.ts';
import { formatNumberedInterfaces } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { runRead } from '../file/run-read.ts';
import { writeProgram } from '../filter/write-program.ts';
import { checkLinkType, type InterfaceChoice, withInterfaceNames } from './capture-interfaces.ts';
import type { InsteadCommand, ProgramRequest } from './instead-options.ts';

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
      return printProgram(command, context);
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

/** Writes the program of a capture on the first interface, or for Ethernet. */
async function printProgram(request: ProgramRequest, context: CommandContext): Promise<void> {
  const { form, filter, linkType, snapLength, optimize } = request;
  const [choice] = await withInterfaceNames(request.interfaces);
  if (choice === undefined) {
    return writeProgram(filter, form, { snapLength, optimize, ...defined({ linkType }) }, context);
  }
  const device = findDevice(choice.interfaceName);
  checkLinkType(device, linkType);
  const source = choice.filter === undefined ? filter : { text: choice.filter };
  const { netmask } = device;
  const options = { linkType: device.linkType, live: true, snapLength: choice.snapLength, optimize };
  return writeProgram(source, form, { ...options, ...defined({ netmask }) }, context);
}
