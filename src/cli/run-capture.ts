/** `tapline capture` at work: a live source, a sink for the screen or a file, counters at the end. @module */
import { interfaceName, type LiveSource, type MergedSource } from '../capture/index.ts';
import type { RecordTarget } from '../session/index.ts';
import { bufferOption, MAX_BUFFER_MEBIBYTES, MEBIBYTE } from './buffer-option.ts';
import type { CaptureArguments } from './capture-options.ts';
import { createFiles, recordAndClose } from './capture-output.ts';
import { announceSource, isMerged, lateNotice, openSource } from './capture-source.ts';
import { runCaptureThreads } from './capture-threads.ts';
import type { CommandContext } from './context.ts';
import { dropAdvice } from './drop-advice.ts';
import { ExitCode } from './exit-code.ts';
import { rememberNames } from './interface-names.ts';
import { createLineSink, printerOptions } from './line-sink.ts';
import { LiveCounter } from './live-counter.ts';
import { createMergedSink } from './merged-sink.ts';
import { numberOption, timestampPrecision } from './options.ts';
import { refuseFileOptions } from './output-options.ts';
import { formatEnd } from './output-series.ts';
import { type CaptureCounts, writeStatistics } from './statistics-file.ts';
import { keepMemorySteady } from './steady-memory.ts';
import { listenForStop, type StopSignals } from './stop-signals.ts';
import { threadChoice } from './thread-options.ts';

export async function runCapture(words: CaptureArguments, context: CommandContext): Promise<void> {
  keepMemorySteady();
  const bufferMebibytes = bufferOption(words.B);
  const { threads: count, merge } = threadChoice(words);
  if (count !== undefined && !merge) {
    return runCaptureThreads(words, { count, bufferSize: bufferMebibytes * MEBIBYTE }, context);
  }
  const limit = numberOption('-c', words.c, { least: 1 });
  const seconds = numberOption('--duration', words.duration, { fraction: true });

  await using source = await openSource(words, bufferMebibytes * MEBIBYTE, context);
  const stop = listenForStop(context.signals);
  const sink = createSink(words, source, context, stop);
  const counter = new LiveCounter(context, words.w !== undefined && words.w !== '-', () => source.statistics());
  const releaseSignals = context.signals.on(['SIGUSR1', 'SIGUSR2'], (signal) => {
    if (signal === 'SIGUSR1') counter.writeCounters();
    else sink.flush().catch(() => {}); // what is wrong is said at the end
  });
  const startTime = context.clock.wallTime();
  announceSource(source, context); // last: from here on signals are ours
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
    releaseSignals();
    counter.stop();
    context.stderr.write(end);
    counter.writeCounters();
    const { worst } = counter.history;
    const situation = { statistics: source.statistics(), worst, bufferMebibytes, mostMebibytes: MAX_BUFFER_MEBIBYTES };
    context.stderr.write(dropAdvice(situation) + lateNotice(source));
    if (words.stats !== undefined) writeStatistics(words.stats, countsOf(source, counter, startTime, context), context);
  }
}

/** Where the frames go: lines, or the file of `-w`. */
function createSink(
  words: CaptureArguments,
  source: LiveSource | MergedSource,
  context: CommandContext,
  stop: StopSignals,
): RecordTarget {
  if (words.w !== undefined) return createFiles(words.w, words, source, context);
  refuseFileOptions(words);
  if (isMerged(source)) return createMergedSink(words, source, context, stop.stop);
  const options = printerOptions(words, timestampPrecision(words));
  const names = { interfaceName: rememberNames(interfaceName) };
  return createLineSink(() => source.linkType, { ...options, names }, context.stdout, stop.stop);
}

function countsOf(
  source: LiveSource | MergedSource,
  { progress, history }: LiveCounter,
  startTime: number,
  { clock }: CommandContext,
): CaptureCounts {
  const statistics = isMerged(source) ? source.interfaceStatistics() : [source.statistics()];
  const interfaces = source.interfaces.map((described, place) => ({
    ...described,
    statistics: statistics[place] ?? { received: 0, accepted: 0, dropped: 0, freezes: 0 },
  }));
  const late = isMerged(source) ? source.late : undefined;
  return { interfaces, progress, late, startTime, endTime: clock.wallTime(), history };
}
