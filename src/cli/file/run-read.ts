/** Runs `tapline read`: prints, counts or rewrites the frames of files. @module */
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { FrameView } from '../../base/frame.ts';
import { describeLinkType, type LinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import { type FrameSource, hasBlocks, openFile, openFiles } from '../../pcap/index.ts';
import { selectFrames } from '../../session/index.ts';
import { recordAndClose } from '../capture/capture-output.ts';
import { COUNTING_SINK, formatCount } from '../capture/counting-sink.ts';
import { createLineSink } from '../capture/line-sink.ts';
import { isPcapngName } from '../capture/output-series.ts';
import { formatStop } from '../capture/stop-message.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { writeProgram } from '../filter/write-program.ts';
import { listenForStop } from '../stop-signals.ts';
import { readStandardInput, readTextFile } from '../text-input.ts';
import { annotate } from './annotated-source.ts';
import type { ReadCommand } from './read-options.ts';
import { createRewrite, type Rewrite } from './rewrite-files.ts';

export async function runRead(command: ReadCommand, context: CommandContext): Promise<void> {
  const { countsOnly, stopTexts } = command;
  checkOutput(command.output, undefined, context);
  const files = command.isList ? await readList(command.file) : [command.file];
  if (command.programForm > 0) return printProgram(command, files[0] as string, context);
  const filterFor = await fileFilter(command.filter, command.optimize, context);
  await using source = await openFiles(files, {
    ...selectFrames({ filterFor }, command.selection),
    blocks: needsBlocks(command),
    onNextFile: (path, file) => announce(path, file, context),
  });
  const stop = listenForStop(context);
  try {
    announce(files[0] as string, source, context);
    const target = createTarget(command, files, source, context, stop.stop);
    const options = { signal: stop.signal, ...defined({ limit: command.frameLimit }) };
    const { reason, frames } = await recordAndClose(target.source, target.sink, options);
    context.stderr.write(formatStop(reason, stopTexts, 'writing'));
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
    if (countsOnly) context.stdout.write(formatCount(frames));
  } finally {
    stop.release();
  }
}

/** Writes the program for the frames of a file. */
async function printProgram(
  { filter, programForm, optimize }: ReadCommand,
  file: string,
  context: CommandContext,
): Promise<void> {
  await using source = await openFile(file);
  const { linkType, snapLength } = source;
  await writeProgram(filter, programForm, { linkType, snapLength, optimize }, context);
}

/** @throws StackError `USAGE` for a list without a name, `FILE_OPEN` */
async function readList(path: string): Promise<readonly string[]> {
  const text = path === '-' ? await readStandardInput() : await readTextFile(path);
  const files = text.split('\n').filter((name) => name !== '');
  if (files.length === 0) throw new StackError('USAGE', `-V ${path} lists no file; put one name on each line`);
  return files;
}

function announce(file: string, { linkType, snapLength }: FrameSource, context: CommandContext): void {
  const name = file === '-' ? 'standard input' : file;
  const link = `link-type ${describeLinkType(linkType)}`;
  context.stderr.write(`reading from ${printable(name)}, ${link}, snapshot length ${snapLength}\n`);
}

/** Returns whether more than the frames of a PCAPNG file is needed. */
function needsBlocks({ output, countsOnly, comments }: ReadCommand): boolean {
  return output === undefined ? comments && !countsOnly : isPcapngName(output.path);
}

function createTarget(
  command: ReadCommand,
  files: readonly string[],
  source: FrameSource,
  context: CommandContext,
  stop: () => void,
): Rewrite {
  const { countsOnly, output, printsToo, print, comments } = command;
  if (countsOnly) return { source, sink: COUNTING_SINK };
  const linkTypeOf = (frame: FrameView): LinkType =>
    source.interfaces[frame.interfaceIndex]?.linkType ?? source.linkType;
  if (output !== undefined) {
    const lines = printsToo ? createLineSink(linkTypeOf, print, context.stdout, stop) : undefined;
    const changes = { isSelective: isSelective(command), stripping: command.strip ? 'secrets' : 'nothing' } as const;
    return createRewrite(output, { files, source, changes, lines }, context);
  }
  if (!comments || !hasBlocks(source)) {
    return { source, sink: createLineSink(linkTypeOf, print, context.stdout, stop) };
  }
  const annotated = annotate(source, (line) => context.stderr.write(line));
  const sink = createLineSink(linkTypeOf, print, context.stdout, stop, annotated.noteOf);
  return { source: annotated.source, sink };
}

/** Returns whether frames or blocks may be left out of the output. */
function isSelective({ filter, frameLimit, selection, output, strip }: ReadCommand): boolean {
  const isFiltered = 'file' in filter || filter.text !== '';
  const isLimited = frameLimit !== undefined || output?.series.byteLimit !== undefined;
  return isFiltered || isLimited || strip || Object.keys(selection).length > 0;
}
