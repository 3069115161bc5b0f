/** A sweep as lines: who is alive, who is not, and the counts. @module */
import type { SweepEvent, SweepSummary } from '../probe/sweep-events.ts';

export interface SweepTextOptions {
  /** Bare addresses, to be read by other programs (fping -a). */
  readonly addressesOnly?: boolean;
  /** What to list; all that is reported by default. */
  readonly only?: 'alive' | 'unreachable';
}

/** Text of one event, newline included; empty for what is not listed. */
export function formatSweepEvent(event: SweepEvent, options: SweepTextOptions = {}): string {
  if (event.type === 'summary') return options.addressesOnly === true ? '' : formatSweepSummary(event);
  const isAlive = event.type === 'alive';
  if (options.only !== undefined && (options.only === 'alive') !== isAlive) return '';
  if (options.addressesOnly === true) return `${event.address}\n`;
  if (event.type === 'alive') {
    const port = event.portNumber === undefined ? '' : ` port ${event.portNumber} ${event.port ?? 'answers'}`;
    return `${event.address}${port} is alive (${event.time.toFixed(3)} ms)\n`;
  }
  if (event.type === 'silent') return `${event.address} does not answer\n`;
  const who = event.by === undefined ? (event.errorName ?? 'this machine') : event.by;
  return `${event.address} is unreachable, says ${who}${event.kind === undefined ? '' : ` (${event.kind}, code ${event.code})`}\n`;
}

/** Two lines of counts. */
function formatSweepSummary(summary: SweepSummary): string {
  const { targets, transmitted, alive, unreachable, silent, duration, roundTrip, droppedByUs } = summary;
  const seconds = duration / 1_000;
  const counts = `${targets} ${targets === 1 ? 'target' : 'targets'}, ${alive} alive, ${unreachable} unreachable, ${silent} silent`;
  const pace = `${transmitted} probes in ${seconds.toFixed(3)} s`;
  const times =
    roundTrip === undefined
      ? ''
      : `round-trip min/avg/max = ${[roundTrip.min, roundTrip.mean, roundTrip.max].map((time) => time.toFixed(3)).join('/')} ms\n`;
  const own = droppedByUs === 0 ? '' : `${droppedByUs} packets were dropped by this machine: sweep at a lower rate\n`;
  return `\n${counts}; ${pace}\n${times}${own}`;
}

/** Returns `[#####     ]  47 % 1925 alive`, to be drawn over the previous one. */
export function sweepProgressText(summary: SweepSummary & { readonly progress: number }, width = 30): string {
  const filled = Math.round(summary.progress * width);
  const percent = String(Math.floor(summary.progress * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${' '.repeat(width - filled)}] ${percent} % ${summary.alive} alive`;
}
