/** Runs `tapline read`: prints, counts or rewrites the frames of a file. @module */
import { defined } from '../../base/defined.ts';
import type { FrameSink, FrameView } from '../../base/frame.ts';
import { describeLinkType, type LinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import { selectFrames } from '../../session/index.ts';
import { recordAndClose } from '../capture/capture-output.ts';
import { createLineSink } from '../capture/line-sink.ts';
import { isPcapngName } from '../capture/output-series.ts';
import { formatStop } from '../capture/stop-message.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { listenForStop } from '../stop-signals.ts';
import { annotate } from './annotated-source.ts';
import type { ReadCommand } from './read-options.ts';
import { createRewrite, type Rewrite } from './rewrite-files.ts';

export async function runRead(command: ReadCommand, context: CommandContext): Promise<void> {
  const { file, countsOnly, stopTexts } = command;
  checkOutput(command.output, undefined, context);
  const choice = selectFrames({ filterFor: await fileFilter(command.filter, context) }, command.selection);
  await using source = await openFile(file, { ...choice, blocks: needsBlocks(command) });
  const stop = listenForStop(context);
  try {
    announce(file, source, context);
    const target = createTarget(command, source, context, stop.stop);
    const options = { signal: stop.signal, ...defined({ limit: command.frameLimit }) };
    const { reason, frames } = await recordAndClose(target.source, target.sink, options);
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

/** Returns whether more than the frames of a PCAPNG file is needed. */
function needsBlocks({ output, countsOnly, comments }: ReadCommand): boolean {
  return output === undefined ? comments && !countsOnly : isPcapngName(output.path);
}

function createTarget(command: ReadCommand, source: FileSource, context: CommandContext, stop: () => void): Rewrite {
  if (command.countsOnly) return { source, sink: COUNTING_SINK };
  if (command.output !== undefined) {
    const changes = { isSelective: isSelective(command), stripping: command.strip ? 'secrets' : 'nothing' } as const;
    return createRewrite(command.output, command.file, source, context, changes);
  }
  const linkTypeOf = (frame: FrameView): LinkType =>
    source.interfaces[frame.interfaceIndex]?.linkType ?? source.linkType;
  if (!command.comments || source.format === 'pcap') {
    return { source, sink: createLineSink(linkTypeOf, command.print, context.stdout, stop) };
  }
  const annotated = annotate(source, (line) => context.stderr.write(line));
  const sink = createLineSink(linkTypeOf, command.print, context.stdout, stop, annotated.noteOf);
  return { source: annotated.source, sink };
}

/** Returns whether frames or blocks may be left out of the output. */
function isSelective({ filter, frameLimit, selection, output, strip }: ReadCommand): boolean {
  const isFiltered = 'file' in filter || filter.text !== '';
  const isLimited = frameLimit !== undefined || output?.series.byteLimit !== undefined;
  return isFiltered || isLimited || strip || Object.keys(selection).length > 0;
}

/** The record loop counts the frames. */
const COUNTING_SINK: FrameSink = {
  add() {},
  async flush() {},
  async close() {},
};
