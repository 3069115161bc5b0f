/** `--stats FILE`: what a capture counted, as JSON. @module */
import { writeFileSync } from 'node:fs';
import { type CaptureStatistics, jsonText, linkTypeName, messageOf, StackError, sumStatistics } from '../base/index.ts';
import type { CaptureInterface } from '../pcap/index.ts';
import type { RecordProgress, StatisticsHistory } from '../session/index.ts';
import type { CommandContext } from './context.ts';

export interface CaptureCounts {
  /** With the counters of each. */
  readonly interfaces: readonly (CaptureInterface & { readonly statistics: CaptureStatistics })[];
  readonly progress: RecordProgress;
  /** Frames that are not in the order of time; undefined where there is one interface. */
  readonly late: number | undefined;
  /** Milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  readonly history: StatisticsHistory;
}

/** To `path`, or to standard error as `-`. @throws StackError `FILE_CREATE` */
export function writeStatistics(path: string, counts: CaptureCounts, context: CommandContext): void {
  const text = `${jsonText(statisticsJson(counts), 1)}\n`;
  if (path === '-') {
    context.stderr.write(text);
    return;
  }
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new StackError('FILE_CREATE', `cannot write the statistics to ${path}: ${messageOf(cause)}`, { cause });
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
