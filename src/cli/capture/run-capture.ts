/** `tapline capture` at work: a live source, a sink for the screen or a file, counters at the end. @module */
import { type CaptureStatistics, sumStatistics } from '../../base/frame.ts';
import { interfaceName, type LiveSource, type MergedSource } from '../../capture/index.ts';
import type { RecordTarget } from '../../session/index.ts';
import { bufferOption, MAX_BUFFER_MEBIBYTES, MEBIBYTE } from '../buffer-option.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { rememberNames } from '../interface-names.ts';
import { numberOption, timestampPrecision } from '../options.ts';
import { answerRequests } from '../request-signals.ts';
import { listenForStop, type StopSignals } from '../stop-signals.ts';
import type { CaptureArguments } from './capture-options.ts';
import { createFiles, recordAndClose } from './capture-output.ts';
import { announceSource, isMerged, lateNotice, openSource, statisticsOfEach } from './capture-source.ts';
import { runCaptureThreads } from './capture-threads.ts';
import { dropAdvice } from './drop-advice.ts';
import { createLineSink, printerOptions } from './line-sink.ts';
import { LiveCounter } from './live-counter.ts';
import { createMergedSink } from './merged-sink.ts';
import { refuseFileOptions } from './output-options.ts';
import { formatEnd } from './output-series.ts';
import { type CaptureCounts, statisticsTarget, writeStatistics } from './statistics-file.ts';
import { keepMemorySteady } from './steady-memory.ts';
import { threadChoice } from './thread-options.ts';

export async function runCapture(words: CaptureArguments, context: CommandContext): Promise<void> {
  checkOutput(words, context);
  keepMemorySteady();
  const bufferMebibytes = bufferOption(words.B);
  const { threads: count, merge } = threadChoice(words);
  if (count !== undefined && !merge) {
    return runCaptureThreads(words, { count, bufferSize: bufferMebibytes * MEBIBYTE }, context);
  }
  const limit = numberOption('-c', words.c, { least: 1 });
  const seconds = numberOption('--duration', words.duration, { fraction: true });
  const statisticsFile = statisticsTarget(words);

  await using source = await openSource(words, bufferMebibytes * MEBIBYTE, context);
  const stop = listenForStop(context);
  const sink = createSink(words, source, context, stop);
  let each = (): readonly CaptureStatistics[] => statisticsOfEach(source);
  const counter = new LiveCounter(context, words.w !== undefined && words.w !== '-', () => sumStatistics(each()));
  answerRequests(context.signals, { writeCounters: () => counter.writeCounters(), flush: () => sink.flush() });
  const startTime = context.clock.wallTime();
  announceSource(source, context); // last: from here on signals are handled
  let end = '';
  try {
    const { reason } = await recordAndClose(source, sink, {
      signal: stop.signal,
      onProgress: counter.update,
      ...(limit === undefined ? {} : { limit }),
      ...(seconds === undefined ? {} : { duration: seconds * 1000 }),
    });
    end = formatEnd(reason);
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
  } finally {
    stop.release();
    const statistics = each();
    each = () => statistics; // frames still arrive, but all counters printed from here on must agree
    counter.stop();
    context.stderr.write(end);
    counter.writeCounters();
    const situation = { statistics: sumStatistics(statistics), worst: counter.history.worst, bufferMebibytes };
    context.stderr.write(dropAdvice({ ...situation, mostMebibytes: MAX_BUFFER_MEBIBYTES }) + lateNotice(source));
    const counts = countsOf(source, statistics, counter, { startTime, endTime: context.clock.wallTime() });
    if (statisticsFile !== undefined) writeStatistics(statisticsFile, counts, context);
  }
}

/** Prints lines, or writes the file of `-w`. */
function createSink(
  words: CaptureArguments,
  source: LiveSource | MergedSource,
  context: CommandContext,
  stop: StopSignals,
): RecordTarget {
  if (words.w !== undefined) return createFiles(words.w, words, source, context);
  // The statistics file has a mode and a group, too.
  refuseFileOptions(words.stats === undefined ? words : { ...words, mode: undefined, group: undefined });
  if (isMerged(source)) return createMergedSink(words, source, context, stop.stop);
  const options = printerOptions(words, timestampPrecision(words));
  const names = { interfaceName: rememberNames(interfaceName) };
  return createLineSink(() => source.linkType, { ...options, names }, context.stdout, stop.stop);
}

function countsOf(
  source: LiveSource | MergedSource,
  statistics: readonly CaptureStatistics[],
  { progress, history }: LiveCounter,
  times: Pick<CaptureCounts, 'startTime' | 'endTime'>,
): CaptureCounts {
  const interfaces = source.interfaces.map((described, place) => ({
    ...described,
    statistics: statistics[place] ?? { received: 0, accepted: 0, dropped: 0, freezes: 0 },
  }));
  const late = isMerged(source) ? source.late : undefined;
  return { interfaces, progress, late, ...times, history };
}
