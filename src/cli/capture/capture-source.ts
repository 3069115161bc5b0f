/** The source of `tapline capture`: one interface, or several merged. @module */
import type { CaptureStatistics } from '../../base/frame.ts';
import { describeLinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import {
  findDevice,
  type LiveInterface,
  type LiveSource,
  type MergedSource,
  openLive,
  openLiveMany,
  openShared,
} from '../../capture/index.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { MEBIBYTE } from '../buffer-option.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { resolverFor } from '../filter/filter-names.ts';
import { readFilter } from '../options.ts';
import { checkLinkType } from './capture-interfaces.ts';
import type { CaptureCommand } from './capture-options.ts';

/** Opens the interfaces of the command line. */
export async function openSource(command: CaptureCommand, context: CommandContext): Promise<LiveSource | MergedSource> {
  const onWarning = warnOn(context);
  const interfaces = await liveInterfaces(command, context);
  const [only] = interfaces;
  if (only === undefined || interfaces.length > 1) return openLiveMany(interfaces, { onWarning });
  const { threads } = command;
  if (threads === undefined) return openLive(only.interfaceName, only);
  return openShared(only, { rings: threads.count, mode: threads.fanout }, { onWarning });
}

/** Returns the options of each interface. The rings of one interface share its buffer size. */
export async function liveInterfaces(
  command: CaptureCommand,
  context: CommandContext,
): Promise<readonly LiveInterface[]> {
  const onWarning = warnOn(context);
  const common = await readFilter(command.filter);
  const bufferSize = (command.bufferMebibytes * MEBIBYTE) / (command.threads?.count ?? 1);
  return Promise.all(
    command.interfaces.map(async ({ filter = common, ...own }) => {
      if (command.linkType !== undefined) checkLinkType(findDevice(own.interfaceName), command.linkType);
      const resolver = await resolverFor(filter);
      return { ...command.live, ...own, filter, resolver, bufferSize, onWarning };
    }),
  );
}

export function isMerged(source: LiveSource | MergedSource): source is MergedSource {
  return 'late' in source;
}

/** Writes `listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes` for each interface. */
export function announceSource(source: LiveSource | MergedSource, context: CommandContext): void {
  const lines = source.interfaces.map((described) => `tapline: listening on ${describeInterface(described)}\n`);
  context.stderr.write(lines.join(''));
}

/** Returns the counters of each interface, in the order of the source. */
export function statisticsOfEach(source: LiveSource | MergedSource): readonly CaptureStatistics[] {
  return isMerged(source) ? source.interfaceStatistics() : [source.statistics()];
}

/** Returns a line if frames of several interfaces are out of order. */
export function lateNotice(source: LiveSource | MergedSource): string {
  if (!isMerged(source) || source.late === 0) return '';
  return `tapline: ${source.late} frames are out of chronological order; they arrived too late to be sorted\n`;
}

/** `eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes` */
export function describeInterface({ name = '?', linkType, snapLength }: CaptureInterface): string {
  return `${printable(name)}, link-type ${describeLinkType(linkType)}, snapshot length ${snapLength} bytes`;
}
