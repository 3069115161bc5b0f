/** `tapline read -w`: frames of a file into others, in the format that their name asks for. @module */
import { fstatSync, statSync } from 'node:fs';
import { type FileSource, pcapFileFormat } from '../../pcap/index.ts';
import { FileSeries, GrowingFiles, type RecordOutput } from '../../session/index.ts';
import { compressionOf } from '../capture/output-options.ts';
import { isPcapngName, outputSeries } from '../capture/output-series.ts';
import type { CommandContext } from '../context.ts';
import { timestampPrecision } from '../options.ts';
import type { ReadArguments } from './read-options.ts';

/**
 * PCAPNG for a name that ends so, which keeps every interface; classic PCAP otherwise. Files of a series are named after
 * their frames' times, and there is none before the first frame; a single file is there at once.
 * @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE`
 */
export function createRewrite(
  path: string,
  words: ReadArguments,
  source: FileSource,
  context: CommandContext,
): RecordOutput {
  const compression = compressionOf(words);
  const wanted = outputSeries(words, context);
  const { dev: device, ino: inode } = words.file === '-' ? fstatSync(0) : statSync(words.file);
  const series = { ...wanted, isLive: false, isLazy: wanted.rotation !== undefined, keep: { device, inode } };
  if (isPcapngName(path)) return new GrowingFiles(path, source, { compression, series });
  const { linkType, longestFrame: snapLength, interfaces } = source;
  const { frameCheckLength } = interfaces[0] ?? {};
  const format = pcapFileFormat(
    {
      linkType,
      snapLength, // readers cut records that are longer
      timestampPrecision: timestampPrecision(words),
      ...(frameCheckLength === undefined ? {} : { frameCheckLength }),
    },
    compression,
  );
  return new FileSeries(path, format, series);
}
