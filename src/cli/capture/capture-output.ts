/** The files of `tapline capture -w`: a series in the format that the name asks for, and the program that follows them. @module */

import type { Clock } from '../../base/clock.ts';
import { StackError } from '../../base/errors.ts';
import type { CaptureSource } from '../../base/frame.ts';
import { linkTypeName } from '../../base/link-type.ts';
import type { LiveSource, MergedSource } from '../../capture/index.ts';
import { encodeStatistics, type PcapOptions, pcapFileFormat, pcapngFileFormat } from '../../pcap/index.ts';
import {
  type Epilogue,
  FileSeries,
  type FileSeriesOptions,
  type RecordOptions,
  type RecordProgress,
  type RecordSummary,
  type RecordTarget,
  type Rotation,
  record,
} from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import { timestampPrecision } from '../options.ts';
import type { CaptureArguments } from './capture-options.ts';
import { isMerged, statisticsOfEach } from './capture-source.ts';
import { compressionOf } from './output-options.ts';
import { isPcapName, isPcapngName, outputSeries } from './output-series.ts';

/**
 * PCAPNG for a name that ends so, and for several interfaces, since only that says where a frame came from.
 * @param shared limits of several series together, in place of what the words say
 * @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE`
 */
export function createFiles(
  path: string,
  words: CaptureArguments,
  source: LiveSource | MergedSource,
  context: CommandContext,
  shared: FileSeriesOptions = {},
): FileSeries {
  const isPcapng = isMerged(source) ? !isPcapName(path) : isPcapngName(path);
  const format = isPcapng
    ? pcapngFileFormat(source.interfaces, { packetBuffered: words.U }, compressionOf(words))
    : pcapFileFormat(pcapOptions(words, source), compressionOf(words));
  const { epilogue, ...options } = filesOptions(words, source, context);
  return new FileSeries(path, format, { ...options, ...shared, ...(isPcapng && epilogue ? { epilogue } : {}) });
}

/**
 * What the words say about files; PCAPNG ones end with the counters of each interface.
 * @param rotation where the words say none: what else begins files
 * @throws StackError `USAGE`, `COMPRESSION`
 */
export function filesOptions(
  words: CaptureArguments,
  source: LiveSource | MergedSource,
  context: CommandContext,
  rotation?: Rotation,
): FileSeriesOptions {
  return { ...outputSeries(words, context, rotation), epilogue: countersOf(source, context.clock) };
}

/** @throws StackError `USAGE` for several link types, which a classic file cannot hold */
function pcapOptions(words: CaptureArguments, { interfaces, linkType }: LiveSource | MergedSource): PcapOptions {
  const other = interfaces.find((described) => described.linkType !== linkType);
  if (other !== undefined) {
    throw new StackError(
      'USAGE',
      `a PCAP file holds one link type, and ${interfaces[0]?.name} has ${linkTypeName(linkType)}, ` +
        `${other.name} ${linkTypeName(other.linkType)}: write to a name that ends in .pcapng`,
    );
  }
  const snapLength = Math.max(...interfaces.map((described) => described.snapLength));
  return { linkType, snapLength, packetBuffered: words.U, timestampPrecision: timestampPrecision(words) };
}

/** What the capture has counted of each interface by the time that a file ends. */
function countersOf(source: LiveSource | MergedSource, clock: Clock): Epilogue {
  const startTime = clock.wallTime();
  let recorded = 0;
  const encode = (frames: number): Uint8Array => {
    recorded += frames;
    const wallTime = clock.wallTime();
    const all = statisticsOfEach(source);
    const blocks = all.map(({ received, accepted, dropped }, number) => {
      const delivered = isMerged(source) && all.length > 1 ? (source.delivered[number] ?? 0) : recorded;
      return encodeStatistics(number, { received, dropped, wallTime, capture: { startTime, accepted, delivered } });
    });
    return new Uint8Array(Buffer.concat(blocks));
  };
  return { length: encode(0).length, encode };
}

/**
 * Records, and closes the sink, also after a failure: then what it could not write is no longer progress.
 * @throws what `record` throws
 */
export async function recordAndClose(
  source: CaptureSource,
  sink: RecordTarget,
  options: RecordOptions,
): Promise<RecordSummary> {
  const { onProgress = () => {} } = options;
  let progress: RecordProgress = { frames: 0, bytes: 0 };
  const follow = (now: RecordProgress): void => {
    progress = now;
    onProgress(now);
  };
  try {
    return await record(source, sink, { ...options, onProgress: follow });
  } finally {
    await sink.close().finally(() => {
      const lost = 'lost' in sink ? sink.lost : 0;
      if (lost > 0) onProgress({ frames: progress.frames - lost, bytes: progress.bytes });
    });
  }
}
