/** Runs `tapline capture`: records a live source to the screen or to files, and prints counters at the end. @module */
import { defined } from '../../base/defined.ts';
import { type CaptureStatistics, type FrameSink, sumStatistics } from '../../base/frame.ts';
import { interfaceNames, type LiveSource, type MergedSource } from '../../capture/index.ts';
import type { RecordTarget } from '../../session/index.ts';
import { MAX_BUFFER_MEBIBYTES } from '../buffer-option.ts';
import { checkHook, checkOutput } from '../check-output.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { rememberNames } from '../interface-names.ts';
import { answerRequests } from '../request-signals.ts';
import { listenForStop, type StopSignals } from '../stop-signals.ts';
import type { CaptureCommand } from './capture-options.ts';
import { createFiles, recordAndClose } from './capture-output.ts';
import { announceSource, isMerged, lateNotice, openSource, statisticsOfEach } from './capture-source.ts';
import { runCaptureThreads } from './capture-threads.ts';
import { COUNTING_SINK, formatCount } from './counting-sink.ts';
import { dropAdvice } from './drop-advice.ts';
import { createLineSink } from './line-sink.ts';
import { LiveCounter } from './live-counter.ts';
import { createMergedSink } from './merged-sink.ts';
import { withLines } from './printed-records.ts';
import { type CaptureCounts, writeStatistics } from './statistics-file.ts';
import { keepMemorySteady } from './steady-memory.ts';
import { formatStop } from './stop-message.ts';

export async function runCapture(command: CaptureCommand, context: CommandContext): Promise<void> {
  checkOutput(command.output, command.statistics, context);
  const confinement = new Confinement(command.confinement, context);
  const { threads, output, statistics: statisticsFile, frameLimit, duration, bufferMebibytes } = command;
  if (threads?.isMerged === false && output !== undefined) {
    return runCaptureThreads(command, { threads, output, confinement }, context);
  }

  await using source = await openSource(command, context);
  const stop = listenForStop(context);
  const { files: sink } = confinement.enter(() => {
    checkHook(output); // again, as another user
    return createSink(command, source, context, stop);
  });
  let each = (): readonly CaptureStatistics[] => statisticsOfEach(source);
  const draws = output !== undefined && output.path !== '-' && !command.printsToo;
  const counter = new LiveCounter(context, draws, () => sumStatistics(each()));
  answerRequests(context.signals, { writeCounters: () => counter.writeCounters(), flush: () => sink.flush() });
  const startTime = context.clock.wallTime();
  announceSource(source, context); // from here on signals are handled
  keepMemorySteady();
  let end = '';
  try {
    const { reason, frames } = await recordAndClose(source, sink, {
      signal: stop.signal,
      onProgress: counter.update,
      ...defined({ limit: frameLimit, duration }),
    });
    end = formatStop(reason, command.stopTexts);
    if (command.countsOnly) context.stdout.write(formatCount(frames));
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

/** Creates the files of `-w`, a sink that prints, or both. */
function createSink(
  command: CaptureCommand,
  source: LiveSource | MergedSource,
  context: CommandContext,
  stop: StopSignals,
): RecordTarget {
  const { output, printsToo, countsOnly } = command;
  if (countsOnly) return COUNTING_SINK;
  if (output === undefined) return createLines(command, source, context, stop);
  const files = createFiles(output, source, context);
  if (!printsToo) return files;
  const knowsInterface = files.recordFormat.container === 'pcapng';
  return withLines(files, createLines(command, source, context, stop, knowsInterface));
}

/** @param knowsInterface `interfaceIndex` of the frames is the number of their interface in `source` */
function createLines(
  { print }: CaptureCommand,
  source: LiveSource | MergedSource,
  context: CommandContext,
  stop: StopSignals,
  knowsInterface = true,
): FrameSink {
  if (isMerged(source) && knowsInterface) return createMergedSink(print, source, context, stop.stop);
  const names = { interfaceName: rememberNames(interfaceNames()) };
  return createLineSink(() => source.linkType, { ...print, names }, context.stdout, stop.stop);
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
