/** The files of `tapline capture -w`, in the format of their name. @module */
import type { Clock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { linkTypeName } from '../../base/link-type.ts';
import type { LiveSource, MergedSource } from '../../capture/index.ts';
import { encodeStatistics, type PcapOptions, pcapFileFormat, pcapngFileFormat } from '../../pcap/index.ts';
import {
  type Epilogue,
  FileSeries,
  type FileSeriesOptions,
  type RecordInput,
  type RecordOptions,
  type RecordProgress,
  type RecordSummary,
  type RecordTarget,
  record,
} from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import { isMerged, statisticsOfEach } from './capture-source.ts';
import type { OutputFiles } from './output-options.ts';
import { isPcapName, isPcapngName, outputSeries } from './output-series.ts';
import { sectionOptions } from './section-options.ts';

/**
 * Creates the files of `-w`: PCAPNG if the name says so, and for several interfaces, which classic PCAP cannot tell apart.
 * @param shared limits of several series together, instead of those of the command line
 * @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE`
 */
export function createFiles(
  output: OutputFiles,
  source: LiveSource | MergedSource,
  context: CommandContext,
  shared: FileSeriesOptions = {},
): FileSeries {
  const { path, compression, packetBuffered, comment } = output;
  const isPcapng = isMerged(source) ? !isPcapName(path) : isPcapngName(path);
  if (!isPcapng) refuseComment(output);
  const format = isPcapng
    ? pcapngFileFormat(source.interfaces, { packetBuffered, ...sectionOptions(), ...defined({ comment }) }, compression)
    : pcapFileFormat(pcapOptions(output, source), compression);
  const epilogue = isPcapng ? countersOf(source, context.clock) : undefined;
  return new FileSeries(path, format, { ...outputSeries(output, context), ...shared, ...defined({ epilogue }) });
}

/** @throws StackError `USAGE` for a comment in a PCAP file */
export function refuseComment({ path, comment }: OutputFiles): void {
  if (comment === undefined) return;
  throw new StackError('USAGE', `--capture-comment writes PCAPNG files; use a name that ends in .pcapng, not ${path}`);
}

/** @throws StackError `USAGE` for several link types, which a classic file cannot hold */
function pcapOptions(
  { timestampPrecision, packetBuffered }: OutputFiles,
  { interfaces, linkType }: LiveSource | MergedSource,
): PcapOptions {
  const other = interfaces.find((described) => described.linkType !== linkType);
  if (other !== undefined) {
    throw new StackError(
      'USAGE',
      `a PCAP file has a single link type, but ${interfaces[0]?.name} has ${linkTypeName(linkType)} and ` +
        `${other.name} ${linkTypeName(other.linkType)}; use a name that ends in .pcapng`,
    );
  }
  const snapLength = Math.max(...interfaces.map((described) => described.snapLength));
  return { linkType, snapLength, timestampPrecision, packetBuffered };
}

/** Returns the records that end a PCAPNG file: the counters of each interface at that time. */
export function countersOf(source: LiveSource | MergedSource, clock: Clock): Epilogue {
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
 * Records, and closes the sink also after a failure. Frames that it could not write are then subtracted from the progress.
 * @throws what `record` throws
 */
export async function recordAndClose(
  source: RecordInput,
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
