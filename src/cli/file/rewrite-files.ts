/** `tapline read -w`: writes the frames of a file to others. @module */
import { fstatSync, statSync } from 'node:fs';
import { defined } from '../../base/defined.ts';
import { type FileSource, pcapFileFormat } from '../../pcap/index.ts';
import { FileSeries, GrowingFiles, type RecordOutput } from '../../session/index.ts';
import { refuseComment } from '../capture/capture-output.ts';
import type { OutputFiles } from '../capture/output-options.ts';
import { isPcapngName, outputSeries } from '../capture/output-series.ts';
import type { CommandContext } from '../context.ts';

/**
 * Creates PCAPNG files, which keep every interface, if the name says so; otherwise classic PCAP. Files of a series are
 * named after the times of their frames and created with the first frame; a single file is created at once.
 * @param files the inputs; they are not overwritten
 * @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE`
 */
export function createRewrite(
  output: OutputFiles,
  files: readonly string[],
  source: FileSource,
  context: CommandContext,
): RecordOutput {
  const { path, compression, timestampPrecision, comment } = output;
  const wanted = outputSeries(output, context);
  const keep = files.flatMap((file) => {
    const status = file === '-' ? fstatSync(0) : statSync(file, { throwIfNoEntry: false });
    return status === undefined ? [] : { device: status.dev, inode: status.ino };
  });
  const series = { ...wanted, isLive: false, isLazy: wanted.rotation !== undefined, keep };
  if (isPcapngName(path)) {
    return new GrowingFiles(path, source, { compression, series, pcapng: defined({ comment }) });
  }
  refuseComment(output);
  const { linkType, longestFrame: snapLength, interfaces } = source; // readers cut records above the snapshot length
  const { frameCheckLength } = interfaces[0] ?? {};
  const options = { linkType, snapLength, timestampPrecision, ...defined({ frameCheckLength }) };
  return new FileSeries(path, pcapFileFormat(options, compression), series);
}
