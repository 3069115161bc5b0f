/** `tapline capture --trigger` at work: the flight recorder. @module */
import { basename, dirname, extname, join } from 'node:path';
import { StackError } from '../base/index.ts';
import type { LiveSource } from '../capture/index.ts';
import { createPcapngWriter } from '../pcap/index.ts';
import {
  type FlightBefore,
  type FlightCounters,
  type FlightFile,
  FlightRecorder,
  type FlightTrigger,
  recordFlight,
} from '../session/index.ts';
import { bufferOption, MEBIBYTE } from './buffer-option.ts';
import type { CaptureArguments } from './capture-options.ts';
import { refuseFileOptions } from './capture-output.ts';
import { announceSource, isMerged, openSource } from './capture-source.ts';
import type { CommandContext } from './context.ts';
import { resolverFor } from './filter-names.ts';
import { formatCounters } from './live-counter.ts';
import { numberOption } from './options.ts';
import { listenForStop } from './stop-signals.ts';

const MAX_MEBIBYTES = 2048;
const DEFAULT_HISTORY_MEBIBYTES = 64;
/** A batch of the capture, which a history must have room for beside what it keeps. */
const LEAST_HISTORY_MEBIBYTES = 8;
const DEFAULT_BEFORE_SECONDS = 30;
const DEFAULT_AFTER_SECONDS = 10;
const MOST_SECONDS = 1e6;
/** What `kill -ALRM` sends: nothing else does, and no terminal. */
const TRIGGER_SIGNAL = 'SIGALRM';

export async function runFlight(words: CaptureArguments, context: CommandContext): Promise<void> {
  if (words.threads !== undefined) throw new StackError('USAGE', '--trigger and --threads do not go together');
  refuseFileOptions(words, 'does not go with --trigger');
  const file = fileName(words);
  const bufferMebibytes = bufferOption(words.B);
  const seconds = numberOption('--duration', words.duration, { fraction: true });
  await using source = await openSource(words, bufferMebibytes * MEBIBYTE, context);
  if (isMerged(source)) throw new StackError('USAGE', '--trigger takes one interface; -i any is all of them');
  const recorder = await createRecorder(words, source, file, context);
  const stop = listenForStop(context.signals);
  const release = context.signals.on([TRIGGER_SIGNAL], (signal) => recorder.trigger(signal, context.clock.wallTime()));
  const writeCounters = (): void => context.stderr.write(formatFlight(recorder.counters(), source));
  const releaseCounters = context.signals.on(['SIGUSR1'], writeCounters);
  announceSource(source, context);
  try {
    const duration = seconds === undefined ? {} : { duration: seconds * 1000 };
    await recordFlight(source, recorder, { signal: stop.signal, clock: context.clock, ...duration });
  } finally {
    stop.release();
    release();
    releaseCounters();
    writeCounters();
  }
}

async function createRecorder(
  words: CaptureArguments,
  source: LiveSource,
  file: (trigger: FlightTrigger) => string,
  context: CommandContext,
): Promise<FlightRecorder> {
  const before = readBefore(words.before);
  const after = numberOption('--after', words.after, { fraction: true, most: MOST_SECONDS }) ?? DEFAULT_AFTER_SECONDS;
  const maximumTriggers = numberOption('--max-triggers', words['max-triggers'], { least: 1 });
  const [described] = source.interfaces;
  const resolvers = await Promise.all(words.trigger.map((filter) => resolverFor(filter)));
  return new FlightRecorder({
    linkType: source.linkType,
    before,
    after: after * 1000,
    triggers: words.trigger,
    resolver: {
      host: (name) => resolvers.map((resolver) => resolver.host?.(name)).find((found) => found !== undefined),
    },
    historySize: historySize(words.history, before),
    open: (trigger) => {
      const writer = createPcapngWriter(file(trigger), { comment: `begins at trigger ${describe(trigger)}` });
      writer.addInterface(described);
      return writer satisfies FlightFile;
    },
    onWindow: (trigger) =>
      context.stderr.write(`tapline: trigger ${describe(trigger)}: writing ${file(trigger)}\n${shortfall(trigger)}`),
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

/** `trouble-00001-20261124T071500.123Z.pcapng` of `trouble.pcapng`. @throws StackError `USAGE` */
function fileName(words: CaptureArguments): (trigger: FlightTrigger) => string {
  const path = words.w;
  if (path === undefined || path === '-' || words.c !== undefined) {
    const wanted = '--trigger writes files: give a name with -w; -c does not go with it, --max-triggers does';
    throw new StackError('USAGE', wanted);
  }
  const extension = extname(path);
  if (extension === '.pcap') {
    throw new StackError(
      'USAGE',
      `--trigger writes PCAPNG, which holds remarks on frames: name it .pcapng, not ${path}`,
    );
  }
  const stem = join(dirname(path), basename(path, extension));
  return ({ number, seconds, nanoseconds }) => {
    const time = isoTime(seconds, nanoseconds).replace(/[-:]/g, '');
    return `${stem}-${String(number).padStart(5, '0')}-${time}${extension === '' ? '.pcapng' : extension}`;
  };
}

function isoTime(seconds: number, nanoseconds: number): string {
  return new Date(seconds * 1000 + Math.floor(nanoseconds / 1e6)).toISOString();
}

function describe({ number, reason, seconds, nanoseconds }: FlightTrigger): string {
  return `${number} (${reason}) at ${isoTime(seconds, nanoseconds)}`;
}

function shortfall({ missing }: FlightTrigger): string {
  if (missing === 0) return '';
  return `tapline: the first ${(missing / 1000).toFixed(1)} s of what it should hold had left memory: --history MIB helps\n`;
}

function formatFlight(counters: FlightCounters, source: LiveSource): string {
  const { seen, inMemory, written, evictedEarly, triggers, files } = counters;
  return (
    formatCounters(seen, source.statistics()) +
    `${triggers} triggers, ${written} packets written to ${files} files\n` +
    `${inMemory} packets in memory, ${evictedEarly} left it before their time\n`
  );
}
