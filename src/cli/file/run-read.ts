/** `tapline read` at work: a file as source, the same filter, the same sinks. @module */
import { StackError } from '../../base/errors.ts';
import type { FrameSink, FrameView } from '../../base/frame.ts';
import { describeLinkType, type LinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import type { RecordTarget } from '../../session/index.ts';
import { recordAndClose } from '../capture/capture-output.ts';
import { createLineSink, printerOptions } from '../capture/line-sink.ts';
import { refuseFileOptions } from '../capture/output-options.ts';
import { formatEnd } from '../capture/output-series.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { filterText, numberOption, timestampPrecision } from '../options.ts';
import { listenForStop } from '../stop-signals.ts';
import type { ReadArguments } from './read-options.ts';
import { createRewrite } from './rewrite-files.ts';

export async function runRead(words: ReadArguments, context: CommandContext): Promise<void> {
  if (words.w === undefined) refuseFileOptions(words);
  else if (words['count-only']) throw new StackError('USAGE', '--count-only and -w exclude each other');
  checkOutput(words, context);
  const limit = numberOption('-c', words.c, { least: 1 });
  const filterFor = await fileFilter(await filterText(words), context);
  await using source = await openFile(words.file, { filterFor });
  const stop = listenForStop(context);
  try {
    announce(words.file, source, context);
    const sink = createSink(words, source, context, stop.stop);
    const options = { signal: stop.signal, ...(limit === undefined ? {} : { limit }) };
    const summary = await recordAndClose(source, sink, options);
    if (summary.reason !== 'limit') context.stderr.write(formatEnd(summary.reason, { what: 'the rewriting' }));
    if (summary.reason === 'free-space') process.exitCode = ExitCode.diskFull;
    if (words['count-only']) context.stdout.write(`${summary.frames} packet${summary.frames === 1 ? '' : 's'}\n`);
  } finally {
    stop.release();
  }
}

function announce(file: string, { linkType, snapLength }: FileSource, context: CommandContext): void {
  const name = file === '-' ? 'standard input' : file;
  const link = `link-type ${describeLinkType(linkType)}`;
  context.stderr.write(`reading from ${printable(name)}, ${link}, snapshot length ${snapLength}\n`);
}

function createSink(words: ReadArguments, source: FileSource, context: CommandContext, stop: () => void): RecordTarget {
  const precision = timestampPrecision(words);
  if (words['count-only']) return COUNTING_SINK;
  if (words.w === undefined) {
    const linkTypeOf = (frame: FrameView): LinkType =>
      source.interfaces[frame.interfaceIndex]?.linkType ?? source.linkType;
    return createLineSink(linkTypeOf, printerOptions(words, precision), context.stdout, stop);
  }
  return createRewrite(words.w, words, source, context);
}

/** Frames are counted by the record loop; there is nothing to keep. */
const COUNTING_SINK: FrameSink = {
  add() {},
  async flush() {},
  async close() {},
};
