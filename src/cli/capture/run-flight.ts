/** Runs `tapline capture --trigger`, the flight recorder. @module */
import { dirname } from 'node:path';
import { defined } from '../../base/defined.ts';
import { printable } from '../../base/text.ts';
import type { LiveSource, MergedSource } from '../../capture/index.ts';
import { checkOutputFolder } from '../../pcap/index.ts';
import {
  describeTrigger,
  type FlightCounters,
  FlightFiles,
  FlightRecorder,
  type FlightTrigger,
  recordFlight,
} from '../../session/index.ts';
import { checkHook, checkOutput } from '../check-output.ts';
import { Confinement } from '../confinement/confinement.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { resolverFor } from '../filter/filter-names.ts';
import { writeWarnings } from '../filter/filter-warnings.ts';
import { answerRequests } from '../request-signals.ts';
import { listenForStop } from '../stop-signals.ts';
import type { CaptureCommand } from './capture-options.ts';
import { countersOf } from './capture-output.ts';
import { announceSource, lateNotice, openSource } from './capture-source.ts';
import type { FlightSettings } from './flight-options.ts';
import { formatCounters } from './live-counter.ts';
import { outputSeries } from './output-series.ts';
import { sectionOptions } from './section-options.ts';
import { keepMemorySteady } from './steady-memory.ts';
import { formatStop } from './stop-message.ts';

/** Sent by `kill -ALRM`; no terminal and no other program sends it. */
const TRIGGER_SIGNAL = 'SIGALRM';

export async function runFlight(
  command: CaptureCommand,
  flight: FlightSettings,
  context: CommandContext,
): Promise<void> {
  const { output } = flight;
  checkOutput(output, command.statistics, context);
  const folder = dirname(output.path);
  if (!folder.includes('%')) checkOutputFolder(folder, output.path); // now, not when the trigger comes
  const confinement = new Confinement(command.confinement, context);
  await using source = await openSource(command, context);
  const { onFile, ...options } = outputSeries(output, context);
  const files = new FlightFiles(output.path, source.interfaces, {
    ...options,
    epilogue: countersOf(source, context.clock),
    compression: output.compression,
    section: sectionOptions(),
    onFile(file) {
      context.stderr.write(`tapline: ${file.frames} packets in ${printable(file.path)}\n`);
      onFile?.(file);
    },
  });
  const recorder = await createRecorder(flight, source, files, context);
  writeWarnings(recorder.warnings, context);
  const stop = listenForStop(context);
  const writeCounters = (): void => context.stderr.write(formatFlight(recorder.counters(), files, source));
  answerRequests(context.signals, { writeCounters, flush: () => recorder.flush() });
  const releaseTrigger = context.signals.on([TRIGGER_SIGNAL], (signal) => {
    recorder.trigger(signal, context.clock.wallTime());
  });
  confinement.enter(() => checkHook(output)); // again, as another user
  announceSource(source, context);
  keepMemorySteady();
  let end = '';
  try {
    const duration = defined({ duration: command.duration });
    const { reason } = await recordFlight(source, recorder, { signal: stop.signal, clock: context.clock, ...duration });
    end = formatStop(reason, command.stopTexts);
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
  } finally {
    stop.release();
    releaseTrigger();
    context.stderr.write(end);
    writeCounters();
    context.stderr.write(lateNotice(source));
  }
}

async function createRecorder(
  { triggers, before, after, historySize, maximumTriggers }: FlightSettings,
  { interfaces }: LiveSource | MergedSource,
  output: FlightFiles,
  context: CommandContext,
): Promise<FlightRecorder> {
  const resolvers = await Promise.all(triggers.map((filter) => resolverFor(filter)));
  return new FlightRecorder({
    interfaces,
    before,
    after,
    triggers,
    resolver: {
      host: (name) => resolvers.map((resolver) => resolver.host?.(name)).find((found) => found !== undefined),
    },
    historySize,
    output,
    onWindow: (trigger) =>
      context.stderr.write(`tapline: trigger ${printable(describeTrigger(trigger))}\n${shortfall(trigger)}`),
    ...defined({ maximumTriggers }),
  });
}

function shortfall({ missing }: FlightTrigger): string {
  if (missing === 0) return '';
  return `tapline: the first ${(missing / 1000).toFixed(1)} s of the requested window were already evicted; increase --history\n`;
}

function formatFlight(counters: FlightCounters, files: FlightFiles, source: LiveSource | MergedSource): string {
  const { seen, inMemory, written, evictedEarly, lost, triggers } = counters;
  return (
    formatCounters(seen, source.statistics()) +
    `${triggers} triggers, ${written} packets written to ${files.fileCount} files\n` +
    `${inMemory} packets in memory, ${evictedEarly} evicted early, ${lost} dropped because the history was full\n`
  );
}
