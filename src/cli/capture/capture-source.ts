/** The source of `tapline capture`: one interface, or several merged. @module */
import type { CaptureStatistics } from '../../base/frame.ts';
import { describeLinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import {
  DEFAULT_SNAP_LENGTH,
  type LiveInterface,
  type LiveSource,
  type MergedSource,
  openLive,
  openLiveMany,
  openShared,
} from '../../capture/index.ts';
import type { CaptureInterface } from '../../pcap/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { resolverFor } from '../filter/filter-names.ts';
import { filterText } from '../options.ts';
import { type InterfaceWish, interfaceWishes, snapLengthOption } from './capture-interfaces.ts';
import type { CaptureArguments } from './capture-options.ts';
import { compressionOf } from './output-options.ts';
import { threadChoice } from './thread-options.ts';

/**
 * How long a frame may wait for others, in milliseconds: on its way to a file, which shows it within a second; where more
 * than the ring holds it up, or somebody waits for the capture to end by itself; on its way to the screen; with -U; and
 * where several interfaces wait for each other. Each wake costs, however few frames it brings (bench/live/capture.ts).
 */
const BLOCK_TIMEOUT = { file: 750, fileSoon: 250, screen: 25, packetBuffered: 5, merged: 20 } as const;

/** Opens what `-i` names. @param bufferSize bytes of each interface's ring, or of all rings of one */
export async function openSource(
  words: CaptureArguments,
  bufferSize: number,
  context: CommandContext,
): Promise<LiveSource | MergedSource> {
  const onWarning = warnOn(context);
  const { merge, threads = 1 } = threadChoice(words);
  const interfaces = await liveInterfaces(words, bufferSize / threads, context);
  const [only] = interfaces;
  if (only === undefined || interfaces.length > 1) return openLiveMany(interfaces, { onWarning });
  return merge
    ? openShared(only, { rings: threads, mode: words.fanout }, { onWarning })
    : openLive(only.interfaceName, only);
}

/** What `-i` asks for, each with its filter and all. @throws StackError `USAGE` */
export async function liveInterfaces(
  words: CaptureArguments,
  bufferSize: number,
  context: CommandContext,
): Promise<readonly LiveInterface[]> {
  const onWarning = warnOn(context);
  const common = await filterText(words);
  const wishes = interfaceWishes(words.i);
  const isOne = wishes.length === 1 && !words.merge;
  const settings = async (wish: InterfaceWish): Promise<LiveInterface> => {
    const filter = wish.filter ?? common;
    return {
      interfaceName: wish.interfaceName,
      filter,
      resolver: await resolverFor(filter),
      snapLength: wish.snapLength ?? snapLengthOption('-s', words.s) ?? DEFAULT_SNAP_LENGTH,
      bufferSize,
      promiscuous: !words.p,
      engine: words.engine,
      poison: words.poison,
      blockTimeout: blockTimeoutOf(words, isOne),
      onWarning,
    };
  };
  return Promise.all(wishes.map(settings));
}

export function isMerged(source: LiveSource | MergedSource): source is MergedSource {
  return 'late' in source;
}

/** `listening on eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes`, a line for each interface. */
export function announceSource(source: LiveSource | MergedSource, context: CommandContext): void {
  const lines = source.interfaces.map((described) => `tapline: listening on ${describeInterface(described)}\n`);
  context.stderr.write(lines.join(''));
}

/** The counters of each interface, in the source's order. */
export function statisticsOfEach(source: LiveSource | MergedSource): readonly CaptureStatistics[] {
  return isMerged(source) ? source.interfaceStatistics() : [source.statistics()];
}

/** Frames of several interfaces that are not in the order of time. */
export function lateNotice(source: LiveSource | MergedSource): string {
  if (!isMerged(source) || source.late === 0) return '';
  return `tapline: ${source.late} frames came too late for their place in time; they stand where they came\n`;
}

/** `eth0, link-type EN10MB (Ethernet), snapshot length 262144 bytes` */
export function describeInterface({ name = '?', linkType, snapLength }: CaptureInterface): string {
  return `${printable(name)}, link-type ${describeLinkType(linkType)}, snapshot length ${snapLength} bytes`;
}

function blockTimeoutOf(words: CaptureArguments, isOne: boolean): number {
  if (words.U) return BLOCK_TIMEOUT.packetBuffered;
  if (!isOne) return BLOCK_TIMEOUT.merged;
  if (words.w === undefined) return BLOCK_TIMEOUT.screen;
  const isSoon = words.c !== undefined || compressionOf(words) !== 'none';
  return isSoon ? BLOCK_TIMEOUT.fileSoon : BLOCK_TIMEOUT.file;
}
