/** `tapline capture --trigger` at work: the flight recorder. @module */
import { dirname, extname } from 'node:path';
import { StackError } from '../../base/errors.ts';
import { printable } from '../../base/text.ts';
import type { LiveSource, MergedSource } from '../../capture/index.ts';
import { checkOutputFolder } from '../../pcap/index.ts';
import {
  describeTrigger,
  type FlightBefore,
  type FlightCounters,
  FlightFiles,
  FlightRecorder,
  type FlightTrigger,
  recordFlight,
} from '../../session/index.ts';
import { bufferOption, MEBIBYTE } from '../buffer-option.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { resolverFor } from '../filter/filter-names.ts';
import { writeWarnings } from '../filter/filter-warnings.ts';
import { numberOption } from '../options.ts';
import { answerRequests } from '../request-signals.ts';
import { listenForStop } from '../stop-signals.ts';
import type { CaptureArguments } from './capture-options.ts';
import { filesOptions } from './capture-output.ts';
import { announceSource, lateNotice, openSource } from './capture-source.ts';
import { formatCounters } from './live-counter.ts';
import { formatEnd, isPcapName } from './output-series.ts';
import { keepMemorySteady } from './steady-memory.ts';

const MAX_MEBIBYTES = 2048;
const DEFAULT_HISTORY_MEBIBYTES = 64;
/** A batch of the capture, which a history must have room for beside what it keeps. */
const LEAST_HISTORY_MEBIBYTES = 8;
const DEFAULT_BEFORE_SECONDS = 30;
const DEFAULT_AFTER_SECONDS = 10;
const MOST_SECONDS = 1e6;
/** What `kill -ALRM` sends: nothing else does, and no terminal. */
const TRIGGER_SIGNAL = 'SIGALRM';
const ENOUGH_TRIGGERS = 'so many triggers were asked for (--max-triggers)';

export async function runFlight(words: CaptureArguments, context: CommandContext): Promise<void> {
  refuseOthers(words);
  checkOutput(words, context);
  keepMemorySteady();
  const path = fileName(words.w);
  const bufferMebibytes = bufferOption(words.B);
  const seconds = numberOption('--duration', words.duration, { fraction: true });
  await using source = await openSource(words, bufferMebibytes * MEBIBYTE, context);
  const { onFile, ...options } = filesOptions(words, source, context, {});
  const files = new FlightFiles(path, source.interfaces, {
    ...options,
    ...(words.compress === undefined ? {} : { compression: words.compress }),
    onFile(file) {
      context.stderr.write(`tapline: ${file.frames} packets in ${printable(file.path)}\n`);
      onFile?.(file);
    },
  });
  const recorder = await createRecorder(words, source, files, context);
  writeWarnings(recorder.warnings, context);
  const stop = listenForStop(context);
  const writeCounters = (): void => context.stderr.write(formatFlight(recorder.counters(), files, source));
  answerRequests(context.signals, { writeCounters, flush: () => recorder.flush() });
  const releaseTrigger = context.signals.on([TRIGGER_SIGNAL], (signal) => {
    recorder.trigger(signal, context.clock.wallTime());
  });
  announceSource(source, context);
  let end = '';
  try {
    const duration = seconds === undefined ? {} : { duration: seconds * 1000 };
    const { reason } = await recordFlight(source, recorder, { signal: stop.signal, clock: context.clock, ...duration });
    end = formatEnd(reason, { limit: ENOUGH_TRIGGERS });
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
  } finally {
    stop.release();
    releaseTrigger();
    context.stderr.write(end);
    writeCounters();
    context.stderr.write(lateNotice(source));
  }
}

/** @throws StackError `USAGE` */
function refuseOthers(words: CaptureArguments): void {
  if (words.threads !== undefined && !words.merge) {
    throw new StackError('USAGE', '--trigger and --threads go together with --merge only');
  }
  if (words.stats !== undefined) throw new StackError('USAGE', '--stats does not go with --trigger');
  if (words.c !== undefined) throw new StackError('USAGE', '-c does not go with --trigger: --max-triggers does');
}

async function createRecorder(
  words: CaptureArguments,
  { interfaces }: LiveSource | MergedSource,
  output: FlightFiles,
  context: CommandContext,
): Promise<FlightRecorder> {
  const before = readBefore(words.before);
  const after = numberOption('--after', words.after, { fraction: true, most: MOST_SECONDS }) ?? DEFAULT_AFTER_SECONDS;
  const maximumTriggers = numberOption('--max-triggers', words['max-triggers'], { least: 1 });
  const resolvers = await Promise.all(words.trigger.map((filter) => resolverFor(filter)));
  return new FlightRecorder({
    interfaces,
    before,
    after: after * 1000,
    triggers: words.trigger,
    resolver: {
      host: (name) => resolvers.map((resolver) => resolver.host?.(name)).find((found) => found !== undefined),
    },
    historySize: historySize(words.history, before),
    output,
    onWindow: (trigger) =>
      context.stderr.write(`tapline: trigger ${printable(describeTrigger(trigger))}\n${shortfall(trigger)}`),
    ...(maximumTriggers === undefined ? {} : { maximumTriggers }),
  });
}

/** @throws StackError `USAGE` */
function readBefore(text: string | undefined): FlightBefore {
  const mebibytes = /^(\d+)MiB$/i.exec(text ?? '')?.[1];
  if (mebibytes !== undefined) {
    return { bytes: (numberOption('--before', mebibytes, { least: 1, most: MAX_MEBIBYTES }) ?? 1) * MEBIBYTE };
  }
  const range = { fraction: true, most: MOST_SECONDS };
  return { milliseconds: (numberOption('--before', text, range) ?? DEFAULT_BEFORE_SECONDS) * 1000 };
}

function historySize(text: string | undefined, before: FlightBefore): number {
  const range = { least: LEAST_HISTORY_MEBIBYTES, most: MAX_MEBIBYTES };
  const given = (numberOption('--history', text, range) ?? DEFAULT_HISTORY_MEBIBYTES) * MEBIBYTE;
  if ('milliseconds' in before) return given;
  if (text !== undefined)
    throw new StackError('USAGE', '--history goes with --before in seconds: in MiB it says the same');
  return before.bytes + LEAST_HISTORY_MEBIBYTES * MEBIBYTE;
}

/**
 * The name of the PCAPNG file; PCAP has no comments on frames. Checks the folder now, not when the trigger comes.
 * @throws StackError `USAGE`, `FILE_CREATE`
 */
function fileName(path: string | undefined): string {
  if (path === undefined || path === '-') throw new StackError('USAGE', '--trigger writes files: give a name with -w');
  if (isPcapName(path)) {
    throw new StackError(
      'USAGE',
      `--trigger writes PCAPNG, which holds remarks on frames: name it .pcapng, not ${path}`,
    );
  }
  const folder = dirname(path);
  if (!folder.includes('%')) checkOutputFolder(folder, path);
  return extname(path) === '' ? `${path}.pcapng` : path;
}

function shortfall({ missing }: FlightTrigger): string {
  if (missing === 0) return '';
  return `tapline: the first ${(missing / 1000).toFixed(1)} s of what it should hold had left memory: --history MIB helps\n`;
}

function formatFlight(counters: FlightCounters, files: FlightFiles, source: LiveSource | MergedSource): string {
  const { seen, inMemory, written, evictedEarly, lost, triggers } = counters;
  return (
    formatCounters(seen, source.statistics()) +
    `${triggers} triggers, ${written} packets written to ${files.fileCount} files\n` +
    `${inMemory} packets in memory, ${evictedEarly} left it before their time, ${lost} found no room in it\n`
  );
}
