/** `tapline replay` at work: a file as source, an interface to send on, counters at the end. @module */
import { StackError } from '../../base/errors.ts';
import { linkTypeName } from '../../base/link-type.ts';
import { jsonText, printable } from '../../base/text.ts';
import { TransmitSocket } from '../../capture/index.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import {
  Replay,
  type ReplayOptions,
  type ReplayPace,
  type ReplaySummary,
  refuseDefaultRoute,
} from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { filterText, numberOption } from '../options.ts';
import { listenForStop } from '../stop-signals.ts';
import { replayEdits } from './replay-edits.ts';
import type { ReplayArguments } from './replay-options.ts';

const MOST_FRAMES_PER_SECOND = 1e9;
const MEGABIT = 1e6;

export async function runReplay(words: ReplayArguments, context: CommandContext): Promise<void> {
  const options = readOptions(words);
  const open = await opener(words, context);
  await using target = new TransmitSocket(words.i);
  if (!words['yes-send']) await guard(target);
  let first: FileSource | undefined = await open(); // what is wrong with it is said before anything is sent
  const next = async (): Promise<FileSource> => {
    const source = first ?? (await open());
    first = undefined;
    return source;
  };
  const stop = listenForStop(context);
  const replay = new Replay(target, { ...options, signal: stop.signal });
  context.stderr.write(`tapline: sending on ${printable(target.interfaceName)}, ${linkTypeName(target.linkType)}\n`);
  try {
    await replay.run(next);
  } finally {
    stop.release();
    const summary = replay.summary();
    if (words.json) context.stdout.write(`${jsonText(withRates(summary), 2)}\n`);
    else context.stderr.write(formatReplay(summary));
  }
}

function readOptions(words: ReplayArguments): ReplayOptions {
  const rounds = numberOption('--loop', words.loop) ?? 1;
  const limit = numberOption('-c', words.c, { least: 1 });
  const interfaceNumber = numberOption('--interface-number', words['interface-number']);
  const edits = replayEdits(words);
  if (rounds !== 1 && words.file === '-') {
    throw new StackError('USAGE', 'standard input can be sent once only: --loop needs a file');
  }
  return {
    pace: readPace(words),
    rounds: rounds === 0 ? Number.POSITIVE_INFINITY : rounds,
    pad: words.pad,
    ...(limit === undefined ? {} : { limit }),
    ...(interfaceNumber === undefined ? {} : { interfaceNumber }),
    ...(edits === undefined ? {} : { edits }),
  };
}

function readPace(words: ReplayArguments): ReplayPace {
  const positive = { least: 0.001, most: MOST_FRAMES_PER_SECOND, fraction: true };
  const speed = numberOption('--multiplier', words.multiplier, positive);
  const frames = numberOption('--rate', words.rate, positive);
  const megabits = numberOption('--mbit', words.mbit, positive);
  const isTop = words['top-speed'];
  if (isTop && (speed ?? frames ?? megabits) !== undefined) {
    throw new StackError('USAGE', '--top-speed goes with neither --rate nor --mbit nor --multiplier');
  }
  if (isTop) return { kind: 'top' };
  if (frames !== undefined) return { kind: 'frames', perSecond: frames };
  if (megabits !== undefined) return { kind: 'bits', perSecond: megabits * MEGABIT };
  return { kind: 'recorded', speed: speed ?? 1 };
}

async function opener(words: ReplayArguments, context: CommandContext): Promise<() => Promise<FileSource>> {
  const filterFor = await fileFilter(await filterText(words), context);
  return () => openFile(words.file, { filterFor });
}

async function guard(target: TransmitSocket): Promise<void> {
  try {
    await refuseDefaultRoute(target.interfaceName, target.interfaceIndex);
  } catch (error) {
    if (!(error instanceof StackError) || error.code !== 'DEFAULT_ROUTE') throw error;
    const message = `${error.message}; say --yes-send if recorded frames may go out there`;
    throw new StackError('USAGE', message, { cause: error });
  }
}

/** Adds what the counters come to a second. */
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
    [skipped.cut, 'cut when recorded (--pad fills them up)'],
    [skipped.tooLong, 'longer than the interface takes'],
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
