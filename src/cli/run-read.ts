/** `tapline read` at work: a file as source, the same filter, the same sinks. @module */
import { describeLinkType, type FrameSink, type FrameView, type LinkType, StackError } from '../base/index.ts';
import { compileFilter, type FilterProgram } from '../bpf/index.ts';
import { type FileSource, openFile } from '../pcap/index.ts';
import { record } from '../session/index.ts';
import type { CommandContext } from './context.ts';
import { resolverFor } from './filter-names.ts';
import { createLineSink, printerOptions } from './line-sink.ts';
import { filterText, numberOption, timestampPrecision } from './options.ts';
import type { ReadArguments } from './read-options.ts';
import { createRewriteSink } from './rewrite-sink.ts';
import { listenForStop } from './stop-signals.ts';

export async function runRead(words: ReadArguments, context: CommandContext): Promise<void> {
  const limit = numberOption('-c', words.c, { least: 1 });
  const expression = await filterText(words);
  const resolver = await resolverFor(expression);
  const filterFor = (linkType: LinkType): FilterProgram | undefined =>
    expression === '' ? undefined : compileFilter(expression, { linkType, resolver });
  await using source = await openFile(words.file, { filterFor });
  announce(words.file, source, context);
  const stop = listenForStop(context.signals);
  const sink = createSink(words, source, context, stop.stop);
  try {
    const options = { signal: stop.signal, ...(limit === undefined ? {} : { limit }) };
    const summary = await record(source, sink, options);
    await sink.close();
    if (words['count-only']) context.stdout.write(`${summary.frames} packet${summary.frames === 1 ? '' : 's'}\n`);
  } finally {
    stop.release();
  }
}

function announce(file: string, { linkType, snapLength }: FileSource, context: CommandContext): void {
  const name = file === '-' ? 'standard input' : file;
  const link = `link-type ${describeLinkType(linkType)}`;
  context.stderr.write(`reading from ${name}, ${link}, snapshot length ${snapLength}\n`);
}

function createSink(words: ReadArguments, source: FileSource, context: CommandContext, stop: () => void): FrameSink {
  const precision = timestampPrecision(words);
  if (words['count-only']) return COUNTING_SINK;
  if (words.w === undefined) {
    const linkTypeOf = (frame: FrameView): LinkType =>
      source.interfaces[frame.interfaceIndex]?.linkType ?? source.linkType;
    return createLineSink(linkTypeOf, printerOptions(words, precision), context.stdout, stop);
  }
  if (words.w === words.file && words.w !== '-') {
    throw new StackError('USAGE', `-w ${words.w} would overwrite the file that is being read`);
  }
  return createRewriteSink(words.w, source, precision);
}

/** Frames are counted by the record loop; there is nothing to keep. */
const COUNTING_SINK: FrameSink = {
  add() {},
  async flush() {},
  async close() {},
};
