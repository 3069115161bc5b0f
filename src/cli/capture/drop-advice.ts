/** Advice after frames were dropped. @module */
import type { CaptureStatistics } from '../../base/frame.ts';
import type { StatisticsSecond } from '../../session/index.ts';

export interface DropSituation {
  readonly statistics: CaptureStatistics;
  /** The second with the most drops. */
  readonly worst: StatisticsSecond | undefined;
  /** Size of the kernel buffer, and the maximum of `-B`. */
  readonly bufferMebibytes: number;
  readonly mostMebibytes: number;
}

/** Returns a line, or nothing if no frame was dropped. */
export function dropAdvice({ statistics, worst, bufferMebibytes, mostMebibytes }: DropSituation): string {
  if (statistics.dropped === 0) return '';
  const { received, dropped } = worst ?? statistics;
  const larger = Math.min(largerBuffer(bufferMebibytes, received, dropped), mostMebibytes);
  const buffer = larger > bufferMebibytes ? `increase the buffer (-B ${larger}), ` : '';
  return `tapline: frames were dropped${whenOf(worst)}; ${buffer}shorten -s or narrow the filter\n`;
}

/** Returns a size that holds all frames of the worst second, a power of two times the present one. */
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
