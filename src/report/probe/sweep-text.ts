/** Formats the events of a sweep. @module */
import type { SweepEvent, SweepSummary } from '../../probe/index.ts';
import { localErrorText } from './local-error-text.ts';

export interface SweepTextOptions {
  /** Prints addresses only, for other programs (fping -a). */
  readonly addressesOnly?: boolean;
  /** Addresses to list; all by default. */
  readonly only?: 'alive' | 'unreachable';
}

/** Returns the line of one event, newline included; empty if it is not listed. */
export function formatSweepEvent(event: SweepEvent, options: SweepTextOptions = {}): string {
  if (event.type === 'summary') return options.addressesOnly === true ? '' : formatSweepSummary(event);
  const isAlive = event.type === 'alive';
  if (options.only !== undefined && (options.only === 'alive') !== isAlive) return '';
  if (options.addressesOnly === true) return isAlive && !event.isFirst ? '' : `${event.address}\n`;
  const { address, portNumber } = event;
  if (event.type === 'alive') {
    const subject = portNumber === undefined ? `${address} is alive` : `${address} port ${portNumber} is ${event.port}`;
    return `${subject} (${event.time.toFixed(3)} ms)\n`;
  }
  const subject = portNumber === undefined ? address : `${address} port ${portNumber}`;
  if (event.type === 'silent') return `${subject} did not reply\n`;
  const { by, kind, code, errorName } = event;
  const reason =
    by === undefined
      ? `local error: ${localErrorText(errorName ?? 'unknown', undefined)}`
      : `${kind} code ${code} from ${by}`;
  return `${subject} is unreachable (${reason})\n`;
}

/** Returns the counts after a blank line. */
function formatSweepSummary(summary: SweepSummary): string {
  const { targets, transmitted, alive, unreachable, silent, ports, late, duration, roundTrip, droppedByUs } = summary;
  const seconds = duration / 1_000;
  const counts = `${targets} ${targets === 1 ? 'target' : 'targets'}, ${alive} alive, ${unreachable} unreachable, ${silent} silent`;
  const portCounts =
    ports === undefined ? '' : `ports: ${ports.open} open, ${ports.closed} closed, ${ports.filtered} filtered\n`;
  const lateText = late === 0 ? '' : `${late} late replies, after the timeout (-w) of the last probe\n`;
  const pace = `${transmitted} probes in ${seconds.toFixed(3)} s`;
  const times =
    roundTrip === undefined
      ? ''
      : `round-trip min/avg/max = ${[roundTrip.min, roundTrip.mean, roundTrip.max].map((time) => time.toFixed(3)).join('/')} ms\n`;
  const own = droppedByUs === 0 ? '' : `${droppedByUs} packets dropped by the receive buffer; lower --rate\n`;
  return `\n${counts}; ${pace}\n${portCounts}${times}${lateText}${own}`;
}

/** Returns `[#####     ]  47 % 1925 alive`, to be drawn over the previous one. */
export function sweepProgressText(summary: SweepSummary & { readonly progress: number }, width = 30): string {
  const filled = Math.round(summary.progress * width);
  const percent = String(Math.floor(summary.progress * 100)).padStart(3);
  return `[${'#'.repeat(filled)}${' '.repeat(width - filled)}] ${percent} % ${summary.alive} alive`;
}
