/** `tapline read -w`: writes the frames of a file to others. @module */
import { fstatSync, statSync } from 'node:fs';
import { defined } from '../../base/defined.ts';
import { type FileSource, pcapFileFormat } from '../../pcap/index.ts';
import {
  type CopyChanges,
  copyBlocks,
  EditedSource,
  FileSeries,
  GrowingFiles,
  type RecordInput,
  type RecordTarget,
} from '../../session/index.ts';
import type { OutputFiles } from '../capture/output-options.ts';
import { isPcapngName, outputSeries } from '../capture/output-series.ts';
import type { CommandContext } from '../context.ts';

/** What is recorded, and where to. */
export interface Rewrite {
  readonly source: RecordInput;
  readonly sink: RecordTarget;
}

/**
 * Creates PCAPNG files if the name says so, from PCAPNG with all blocks; otherwise classic PCAP. Files of a series are
 * named after the times of their frames and created with the first frame; a single file is created at once.
 * @param file the input; it is not overwritten
 * @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE`
 */
export function createRewrite(
  output: OutputFiles,
  file: string,
  source: FileSource,
  context: CommandContext,
  changes: CopyChanges,
): Rewrite {
  const { path, compression, timestampPrecision } = output;
  const wanted = outputSeries(output, context);
  const { dev: device, ino: inode } = file === '-' ? fstatSync(0) : statSync(file);
  const series = { ...wanted, isLive: false, isLazy: wanted.rotation !== undefined, keep: { device, inode } };
  const edited = changes.editor === undefined ? source : new EditedSource(source, changes.editor);
  if (isPcapngName(path)) {
    if (source.format === 'pcap') {
      return { source: edited, sink: new GrowingFiles(path, source, { compression, series }) };
    }
    const copied = copyBlocks(source, path, { ...changes, compression, series });
    return { source: copied.source, sink: copied.output };
  }
  const { linkType, longestFrame: snapLength, interfaces } = source; // readers cut records above the snapshot length
  const { frameCheckLength } = interfaces[0] ?? {};
  const options = { linkType, snapLength, timestampPrecision, ...defined({ frameCheckLength }) };
  return { source: edited, sink: new FileSeries(path, pcapFileFormat(options, compression), series) };
}
