/** `--stats FILE`: the counters of a capture as JSON. @module */
import { closeSync, writeFileSync } from 'node:fs';
import { type CaptureStatistics, sumStatistics } from '../../base/frame.ts';
import { linkTypeName } from '../../base/link-type.ts';
import { jsonText } from '../../base/text.ts';
import { explainWriteError } from '../../base/write-error.ts';
import { type CaptureInterface, openOutputFile } from '../../pcap/index.ts';
import type { RecordProgress, StatisticsHistory } from '../../session/index.ts';
import type { CommandContext } from '../context.ts';
import type { FileAccess } from '../file-access.ts';

export interface CaptureCounts {
  /** Each with its counters. */
  readonly interfaces: readonly (CaptureInterface & { readonly statistics: CaptureStatistics })[];
  readonly progress: RecordProgress;
  /** Frames that are not in chronological order; undefined for a single interface. */
  readonly late: number | undefined;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  readonly history: StatisticsHistory;
}

/** Where `--stats` writes. */
export interface StatisticsTarget {
  /** `-` is standard error. */
  readonly path: string;
  readonly access: FileAccess;
}

/** @throws StackError `FILE_CREATE`, `DISK_FULL`, `OUTPUT_CLOSED`, `SYSCALL` */
export function writeStatistics(
  { path, access }: StatisticsTarget,
  counts: CaptureCounts,
  context: CommandContext,
): void {
  const text = `${jsonText(statisticsJson(counts), 1)}\n`;
  if (path === '-') {
    context.stderr.write(text);
    return;
  }
  const { descriptor } = openOutputFile(path, access, 'any');
  try {
    writeFileSync(descriptor, text);
  } catch (cause) {
    throw explainWriteError(path, cause);
  } finally {
    closeSync(descriptor);
  }
}

function statisticsJson({ interfaces, progress, late, startTime, endTime, history }: CaptureCounts): object {
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
  return {
    start: time(startTime),
    end: time(endTime),
    captured: progress.frames,
    bytes: progress.bytes,
    late,
    ...sumStatistics(interfaces.map(({ statistics }) => statistics)),
    interfaces: interfaces.map(({ name, linkType, snapLength, filter, statistics }) => ({
      name,
      linkType: linkTypeName(linkType),
      snapLength,
      filter,
      ...statistics,
    })),
    seconds: history.seconds.map(({ wallTime, ...second }) => ({ time: time(wallTime), ...second })),
  };
}
