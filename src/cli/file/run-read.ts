/** Runs `tapline read`: prints, counts or rewrites the frames of a file. @module */
import { defined } from '../../base/defined.ts';
import type { FrameSink, FrameView } from '../../base/frame.ts';
import { describeLinkType, type LinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import type { RecordTarget } from '../../session/index.ts';
import { recordAndClose } from '../capture/capture-output.ts';
import { createLineSink } from '../capture/line-sink.ts';
import { formatStop } from '../capture/stop-message.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { listenForStop } from '../stop-signals.ts';
import type { ReadCommand } from './read-options.ts';
import { createRewrite } from './rewrite-files.ts';

export async function runRead(command: ReadCommand, context: CommandContext): Promise<void> {
  const { file, countsOnly, stopTexts } = command;
  checkOutput(command.output, undefined, context);
  await using source = await openFile(file, { filterFor: await fileFilter(command.filter, context) });
  const stop = listenForStop(context);
  try {
    announce(file, source, context);
    const sink = createSink(command, source, context, stop.stop);
    const options = { signal: stop.signal, ...defined({ limit: command.frameLimit }) };
    const { reason, frames } = await recordAndClose(source, sink, options);
    context.stderr.write(formatStop(reason, stopTexts, 'writing'));
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
    if (countsOnly) context.stdout.write(`${frames} packet${frames === 1 ? '' : 's'}\n`);
  } finally {
    stop.release();
  }
}

function announce(file: string, { linkType, snapLength }: FileSource, context: CommandContext): void {
  const name = file === '-' ? 'standard input' : file;
  const link = `link-type ${describeLinkType(linkType)}`;
  context.stderr.write(`reading from ${printable(name)}, ${link}, snapshot length ${snapLength}\n`);
}

function createSink(command: ReadCommand, source: FileSource, context: CommandContext, stop: () => void): RecordTarget {
  if (command.countsOnly) return COUNTING_SINK;
  if (command.output !== undefined) return createRewrite(command.output, command.file, source, context);
  const linkTypeOf = (frame: FrameView): LinkType =>
    source.interfaces[frame.interfaceIndex]?.linkType ?? source.linkType;
  return createLineSink(linkTypeOf, command.print, context.stdout, stop);
}

/** The record loop counts the frames. */
const COUNTING_SINK: FrameSink = {
  add() {},
  async flush() {},
  async close() {},
};
