/** What to change when frames were lost. @module */
import type { CaptureStatistics } from '../../base/frame.ts';
import type { StatisticsSecond } from '../../session/index.ts';

export interface DropSituation {
  readonly statistics: CaptureStatistics;
  /** The second that lost the most. */
  readonly worst: StatisticsSecond | undefined;
  /** Of each ring, and the most that `-B` takes. */
  readonly bufferMebibytes: number;
  readonly mostMebibytes: number;
}

/** One line, or none when nothing was lost. */
export function dropAdvice({ statistics, worst, bufferMebibytes, mostMebibytes }: DropSituation): string {
  if (statistics.dropped === 0) return '';
  const { received, dropped } = worst ?? statistics;
  const larger = Math.min(largerBuffer(bufferMebibytes, received, dropped), mostMebibytes);
  const buffer = larger > bufferMebibytes ? `a larger buffer (-B ${larger}), ` : '';
  return `tapline: frames were lost${whenOf(worst)}: ${buffer}a shorter -s or a narrower filter helps\n`;
}

/** Room for what came in the worst second, as if all of it had had to wait: the next power of two. */
function largerBuffer(mebibytes: number, received: number, dropped: number): number {
  const kept = Math.max(1, received - dropped);
  return mebibytes * 2 ** Math.max(1, Math.ceil(Math.log2(received / kept)));
}

function whenOf(worst: StatisticsSecond | undefined): string {
  if (worst === undefined) return '';
  const time = new Date(worst.wallTime).toTimeString().slice(0, 8);
  const count = (value: number): string => value.toLocaleString('en-US');
  const seconds = Math.round(worst.milliseconds / 1000);
  const span = seconds > 1 ? `${seconds} seconds` : 'a second';
  return `, most of them at ${time} (${count(worst.dropped)} of ${count(worst.received)} in ${span})`;
}
