/** `tapline capture` at work: a live source, a sink for the screen or a file, counters at the end. @module */
import type { CaptureStatistics, FrameSink } from '../base/index.ts';
import { linkTypeDescription, linkTypeName } from '../base/index.ts';
import { DEFAULT_SNAP_LENGTH, interfaceName, type LiveSource, openLive } from '../capture/index.ts';
import { createPcapWriter, DirectPcapFile } from '../pcap/index.ts';
import { record } from '../session/index.ts';
import type { CaptureArguments } from './capture-options.ts';
import type { CommandContext } from './context.ts';
import { resolverFor } from './filter-names.ts';
import { createLineSink, printerOptions } from './line-sink.ts';
import { LiveCounter } from './live-counter.ts';
import { filterText, numberOption, timestampPrecision } from './options.ts';
import { listenForStop, type StopSignals } from './stop-signals.ts';

const MEBIBYTE = 1 << 20;
const DEFAULT_BUFFER_MEBIBYTES = 32;
const MAX_BUFFER_MEBIBYTES = 2048;

/** How long a frame may wait for others, in milliseconds: on its way to a file, to the screen, with -U. */
const BLOCK_TIMEOUT = { file: 100, screen: 25, packetBuffered: 5 } as const;

export async function runCapture(words: CaptureArguments, context: CommandContext): Promise<void> {
  const bufferMebibytes =
    numberOption('-B', words.B, { least: 1, most: MAX_BUFFER_MEBIBYTES }) ?? DEFAULT_BUFFER_MEBIBYTES;
  const limit = numberOption('-c', words.c, { least: 1 });
  const seconds = numberOption('--duration', words.duration, { fraction: true });

  await using source = await openSource(words, bufferMebibytes, context);
  const stop = listenForStop(context.signals);
  const sink = createSink(words, source, context, stop);
  const counter = new LiveCounter(context, words.w !== undefined && words.w !== '-', () => source.statistics());
  const releaseSignals = context.signals.on(['SIGUSR1'], () => counter.writeCounters());
  announce(source, context); // last: from here on signals are ours
  try {
    await record(source, sink, {
      signal: stop.signal,
      onProgress: counter.update,
      ...(limit === undefined ? {} : { limit }),
      ...(seconds === undefined ? {} : { duration: seconds * 1000 }),
    });
    await sink.close();
  } finally {
    stop.release();
    releaseSignals();
    counter.stop();
    counter.writeCounters();
    context.stderr.write(dropAdvice(source.statistics(), bufferMebibytes));
  }
}

async function openSource(
  words: CaptureArguments,
  bufferMebibytes: number,
  context: CommandContext,
): Promise<LiveSource> {
  const filter = await filterText(words);
  return openLive(words.i, {
    filter,
    resolver: await resolverFor(filter),
    snapLength: snapLengthOf(words),
    bufferSize: bufferMebibytes * MEBIBYTE,
    promiscuous: !words.p,
    engine: words.engine,
    blockTimeout: BLOCK_TIMEOUT[words.U ? 'packetBuffered' : words.w === undefined ? 'screen' : 'file'],
    onWarning: (message) => context.stderr.write(`tapline: ${message}\n`),
  });
}

function createSink(
  words: CaptureArguments,
  source: LiveSource,
  context: CommandContext,
  stop: StopSignals,
): FrameSink | DirectPcapFile {
  const precision = timestampPrecision(words);
  const { linkType, snapLength } = source;
  if (words.w === undefined) {
    const options = { ...printerOptions(words, precision), names: { interfaceName: rememberNames() } };
    return createLineSink(() => linkType, options, context.stdout, stop.stop);
  }
  const options = { linkType, snapLength, timestampPrecision: precision };
  return (words.U ? undefined : DirectPcapFile.create(words.w, options)) ?? createPcapWriter(words.w, options);
}

function snapLengthOf(words: CaptureArguments): number {
  const given = numberOption('-s', words.s, { most: DEFAULT_SNAP_LENGTH });
  return given === undefined || given === 0 ? DEFAULT_SNAP_LENGTH : given;
}

function announce({ interfaceName, linkType, snapLength }: LiveSource, context: CommandContext): void {
  const link = `link-type ${linkTypeName(linkType)} (${linkTypeDescription(linkType)})`;
  context.stderr.write(`tapline: listening on ${interfaceName}, ${link}, snapshot length ${snapLength} bytes\n`);
}

/** What to change when frames were lost. */
function dropAdvice(statistics: CaptureStatistics, bufferMebibytes: number): string {
  if (statistics.dropped === 0) return '';
  const larger = Math.min(bufferMebibytes * 4, MAX_BUFFER_MEBIBYTES);
  return `tapline: frames were lost: a larger buffer (-B ${larger}), a shorter -s or a narrower filter helps\n`;
}

/** Interface names by index, each asked for once: cooked lines show one per frame. */
function rememberNames(): (index: number) => string | undefined {
  const known = new Map<number, string | undefined>();
  return (index) => {
    if (!known.has(index)) known.set(index, interfaceName(index));
    return known.get(index);
  };
}
