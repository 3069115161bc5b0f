/** `tapline read -w`: writes the frames of a file to others. @module */
import { fstatSync, statSync } from 'node:fs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { FrameSink } from '../../base/frame.ts';
import { type FrameSource, hasBlocks, pcapFileFormat } from '../../pcap/index.ts';
import {
  type CopyChanges,
  copyBlocks,
  EditedSource,
  FileSeries,
  GrowingFiles,
  type RecordInput,
  type RecordTarget,
} from '../../session/index.ts';
import { refuseComment } from '../capture/capture-output.ts';
import type { OutputFiles } from '../capture/output-options.ts';
import { isPcapngName, outputSeries } from '../capture/output-series.ts';
import { flushingLines, printingEditor, withLines } from '../capture/printed-records.ts';
import type { CommandContext } from '../context.ts';

/** A rewrite before its output is created. */
export interface RewriteInput {
  /** They are not overwritten. */
  readonly files: readonly string[];
  readonly source: FrameSource;
  readonly changes: CopyChanges;
  /** Prints the frames that are written. */
  readonly lines: FrameSink | undefined;
}

/** What is recorded, and where to. */
export interface Rewrite {
  readonly source: RecordInput;
  readonly sink: RecordTarget;
}

/**
 * Creates PCAPNG files if the name says so, from PCAPNG with all blocks; otherwise classic PCAP. Files of a series are
 * named after the times of their frames and created with the first frame; a single file is created at once.
 * @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE`
 */
export function createRewrite(
  output: OutputFiles,
  { files, source, changes, lines }: RewriteInput,
  context: CommandContext,
): Rewrite {
  const { path, compression, timestampPrecision, comment } = output;
  const wanted = outputSeries(output, context);
  const keep = files.flatMap((file) => {
    const status = file === '-' ? fstatSync(0) : statSync(file, { throwIfNoEntry: false });
    return status === undefined ? [] : { device: status.dev, inode: status.ino };
  });
  const series = { ...wanted, isLive: false, isLazy: wanted.rotation !== undefined, keep };
  const edited = changes.editor === undefined ? source : new EditedSource(source, changes.editor);
  if (isPcapngName(path)) {
    if (!hasBlocks(source)) {
      const sink = new GrowingFiles(path, source, { compression, series, pcapng: defined({ comment }) });
      return { source: edited, sink: lines === undefined ? sink : withLines(sink, lines) };
    }
    if (comment !== undefined) {
      throw new StackError('USAGE', '--capture-comment needs PCAP input: a PCAPNG file keeps its own comments');
    }
    const editor = lines === undefined ? changes.editor : printingEditor(lines);
    const copied = copyBlocks(source, path, { ...changes, compression, series, ...defined({ editor }) });
    return { source: copied.source, sink: lines === undefined ? copied.output : flushingLines(copied.output, lines) };
  }
  refuseComment(output);
  const { linkType, longestFrame: snapLength, interfaces } = source; // readers cut records above the snapshot length
  const { frameCheckLength } = interfaces[0] ?? {};
  const options = { linkType, snapLength, timestampPrecision, ...defined({ frameCheckLength }) };
  const sink = new FileSeries(path, pcapFileFormat(options, compression), series);
  return { source: edited, sink: lines === undefined ? sink : withLines(sink, lines) };
}
