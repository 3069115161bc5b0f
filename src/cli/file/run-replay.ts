/** Runs `tapline replay`: sends the frames of a file on an interface, and prints counters at the end. @module */
import { StackError } from '../../base/errors.ts';
import { linkTypeName } from '../../base/link-type.ts';
import { jsonText, printable } from '../../base/text.ts';
import { TransmitSocket } from '../../capture/index.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import { Replay, type ReplaySummary, refuseDefaultRoute } from '../../session/index.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { listenForStop } from '../stop-signals.ts';
import type { ReplayCommand } from './replay-options.ts';

const MEGABIT = 1e6;

export async function runReplay(command: ReplayCommand, context: CommandContext): Promise<void> {
  const confinement = new Confinement(command.confinement, context);
  const filterFor = await fileFilter(command.filter, true, context);
  const open = (): Promise<FileSource> => openFile(command.file, { filterFor });
  await using target = new TransmitSocket(command.interfaceName);
  if (!command.allowsDefaultRoute) await guard(target);
  let first: FileSource | undefined = await open(); // before anything is sent
  const next = async (): Promise<FileSource> => {
    const source = first ?? (await open());
    first = undefined;
    return source;
  };
  const stop = listenForStop(context);
  confinement.enter(() => undefined);
  const replay = new Replay(target, { ...command.run, signal: stop.signal });
  context.stderr.write(`tapline: sending on ${printable(target.interfaceName)}, ${linkTypeName(target.linkType)}\n`);
  try {
    await replay.run(next);
  } finally {
    stop.release();
    const summary = replay.summary();
    if (command.format === 'json') context.stdout.write(`${jsonText(withRates(summary), 2)}\n`);
    else context.stderr.write(formatReplay(summary));
  }
}

async function guard(target: TransmitSocket): Promise<void> {
  try {
    await refuseDefaultRoute(target.interfaceName, target.interfaceIndex);
  } catch (error) {
    if (!(error instanceof StackError) || error.code !== 'DEFAULT_ROUTE') throw error;
    const message = `${error.message}; use --yes-send to send there anyway`;
    throw new StackError('USAGE', message, { cause: error });
  }
}

/** Adds rates to the counters. */
function withRates(summary: ReplaySummary) {
  const seconds = summary.milliseconds / 1000;
  const perSecond = (count: number): number => (seconds > 0 ? count / seconds : 0);
  return {
    ...summary,
    framesPerSecond: perSecond(summary.sent),
    megabitsPerSecond: perSecond((summary.bytes * 8) / MEGABIT),
  };
}

function formatReplay(summary: ReplaySummary): string {
  const { sent, bytes, skipped, failed, waits, milliseconds } = summary;
  const { framesPerSecond, megabitsPerSecond } = withRates(summary);
  const rate = `${Math.round(framesPerSecond).toLocaleString('en-US')} frames/s, ${megabitsPerSecond.toFixed(2)} Mbit/s`;
  const reasons = [
    [skipped.cut, 'truncated when captured (--pad fills them)'],
    [skipped.tooLong, 'too long for the interface'],
    [skipped.tooShort, 'too short'],
    [skipped.otherLinkType, 'of another link type'],
  ] as const;
  const why = reasons.filter(([count]) => count > 0).map(([count, reason]) => `${count} ${reason}`);
  const frames = (count: number): string => (count === 1 ? 'frame' : 'frames');
  const total = skipped.cut + skipped.tooLong + skipped.tooShort + skipped.otherLinkType;
  return [
    `${sent} ${frames(sent)} sent, ${bytes} bytes in ${(milliseconds / 1000).toFixed(3)} s (${rate})`,
    `${total} ${frames(total)} skipped${why.length === 0 ? '' : `: ${why.join(', ')}`}`,
    `${failed} ${frames(failed)} failed, ${waits} waits for room in the interface's queue`,
    '',
  ].join('\n');
}
