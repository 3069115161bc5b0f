/** The files of `tapline capture -w`: a series in the format that the name asks for, and the program that follows them. @module */
import { type CaptureSource, type Clock, StackError } from '../base/index.ts';
import type { LiveSource } from '../capture/index.ts';
import {
  type Compression,
  compressionOfName,
  encodeStatistics,
  pcapFileFormat,
  pcapngFileFormat,
} from '../pcap/index.ts';
import {
  type Epilogue,
  FileSeries,
  type RecordOptions,
  type RecordSummary,
  type RecordTarget,
  record,
  type StopReason,
} from '../session/index.ts';
import type { CaptureArguments } from './capture-options.ts';
import type { CommandContext } from './context.ts';
import { timestampPrecision } from './options.ts';
import { fileOptionsGiven, seriesOptions } from './output-options.ts';
import { RotateHook } from './rotate-hook.ts';

/** @throws StackError `USAGE`, `COMPRESSION`, `FILE_CREATE` */
export function createFiles(
  path: string,
  words: CaptureArguments,
  source: LiveSource,
  context: CommandContext,
): FileSeries {
  const { linkType, snapLength } = source;
  const packetBuffered = words.U;
  const compression = compressionOf(words);
  const isPcapng = /\.pcapng(\.(gz|zst))?$/i.test(path);
  const format = isPcapng
    ? pcapngFileFormat(source.interfaces[0], { packetBuffered }, compression)
    : pcapFileFormat(
        { linkType, snapLength, packetBuffered, timestampPrecision: timestampPrecision(words) },
        compression,
      );
  const onWarning = (message: string): void => context.stderr.write(`tapline: ${message}\n`);
  const hook = words.z === undefined ? undefined : new RotateHook(words.z, words['on-rotate-argument'], onWarning);
  return new FileSeries(path, format, {
    ...seriesOptions(words),
    onWarning,
    ...(isPcapng ? { epilogue: countersOf(source, context.clock) } : {}),
    ...(hook === undefined ? {} : { onFile: (file) => hook.run(file.path) }),
  });
}

/** What the capture has counted by the time that a file ends. */
function countersOf(source: LiveSource, clock: Clock): Epilogue {
  const startTime = clock.wallTime();
  let delivered = 0;
  const encode = (frames: number): Uint8Array => {
    delivered += frames;
    const { received, dropped } = source.statistics();
    return encodeStatistics(0, { received, dropped, wallTime: clock.wallTime(), capture: { startTime, delivered } });
  };
  return { length: encode(0).length, encode };
}

function compressionOf(words: CaptureArguments): Compression {
  return words.compress ?? compressionOfName(words.w ?? '');
}

/** What is about files goes with the file of one live interface only. @throws StackError `USAGE` */
export function refuseFileOptions(words: CaptureArguments, why: string): void {
  const isPacked = compressionOf(words) !== 'none';
  const [given = isPacked ? `-w ${words.w}, a packed file,` : undefined] = fileOptionsGiven(words);
  if (given !== undefined) throw new StackError('USAGE', `${given} ${why}`);
}

/** Records, and closes the sink, also after a failure. @throws what `record` throws */
export async function recordAndClose(
  source: CaptureSource,
  sink: RecordTarget,
  options: RecordOptions,
): Promise<RecordSummary> {
  try {
    return await record(source, sink, options);
  } finally {
    await sink.close();
  }
}

const ENDS: Readonly<Partial<Record<StopReason, string>>> = {
  limit: 'so many frames were asked for (-c)',
  duration: 'the time asked for is over (--duration)',
  'byte-limit': 'no more bytes were asked for (--stop-size)',
  'file-limit': 'so many files were asked for (--stop-files, -W)',
  quota: 'the files are as large as they may become together (--quota)',
  'free-space': 'the disk is as full as it may become (--min-free)',
};

/** Why a capture ended that nobody interrupted: a line. */
export function formatEnd(reason: StopReason): string {
  const text = ENDS[reason];
  return text === undefined ? '' : `tapline: the capture ends: ${text}\n`;
}
