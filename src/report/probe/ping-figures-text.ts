/** Formats figures that ping(8) does not print: percentiles, jitter, loss bursts, a histogram. @module */
import type { PingSummary } from '../../icmp/index.ts';

const BAR_WIDTH = 40;

/** Returns two lines after the summary; empty without a reply. */
export function pingFiguresText(summary: PingSummary): string {
  const { roundTrip } = summary;
  if (roundTrip === undefined) return '';
  const times = [roundTrip.median, roundTrip.p90, roundTrip.p99, roundTrip.jitter].map((time) => time.toFixed(3));
  const own = summary.droppedByUs === 0 ? '' : `, ${summary.droppedByUs} packets dropped by the receive buffer`;
  return (
    `median/p90/p99/jitter = ${times.join('/')} ms\n` +
    `loss bursts: ${summary.lossRuns}, longest: ${summary.longestLossRun} packets${own}\n`
  );
}

/** Returns a histogram of round trip times, with two bars per factor of two. */
export function pingHistogramText(summary: PingSummary): string {
  const most = Math.max(0, ...summary.histogram.map((bucket) => bucket.count));
  return summary.histogram
    .map(({ from, to, count }) => {
      const bar = '#'.repeat(Math.ceil((count * BAR_WIDTH) / Math.max(1, most)));
      return `${from.toFixed(3).padStart(10)} - ${to.toFixed(3).padStart(10)} ms ${String(count).padStart(7)} ${bar}\n`;
    })
    .join('');
}
