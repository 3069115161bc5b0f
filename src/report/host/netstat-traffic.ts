/** Traffic per interval as FreeBSD netstat -w prints it, and with rates. @module */
import { printable } from '../../base/text.ts';
import type { InterfaceTraffic, TrafficCounts } from '../../inspect/index.ts';
import { csvLine } from '../csv.ts';

/** Lines between two banners (usr.bin/netstat/if.c). */
export const LINES_PER_BANNER = 21;

/** Widths of the columns of FreeBSD 14. */
const WIDTHS = [10, 5, 5, 10, 10, 5, 10, 5, 5];
const TITLES = ['packets', 'errs', 'idrops', 'bytes', 'packets', 'errs', 'bytes', 'colls', 'drops'];

/** Formats the two lines above the figures. @param name interface; undefined for all together */
export function trafficBanner(name: string | undefined): string {
  const source = printable(name ?? '(Total)').padStart(14);
  return `${'input'.padStart(17)} ${source} ${'output'.padStart(16)}\n${aligned(TITLES)}\n`;
}

/** Formats the figures of an interval. */
export function trafficLine(counts: TrafficCounts): string {
  return `${aligned(figuresOf(counts).map(String))}\n`;
}

function aligned(cells: readonly string[]): string {
  return cells.map((cell, column) => cell.padStart(WIDTHS[column] ?? 0)).join(' ');
}

function figuresOf(counts: TrafficCounts): number[] {
  return [
    counts.inputPackets,
    counts.inputErrors,
    counts.inputDrops,
    counts.inputBytes,
    counts.outputPackets,
    counts.outputErrors,
    counts.outputBytes,
    counts.collisions,
    counts.outputDrops,
  ];
}

/** Figures of an interval per second. */
interface TrafficRates {
  readonly inputPacketsPerSecond: number;
  readonly inputBitsPerSecond: number;
  readonly outputPacketsPerSecond: number;
  readonly outputBitsPerSecond: number;
}

/** @param seconds duration of the interval */
function trafficRates(counts: TrafficCounts, seconds: number): TrafficRates {
  const rate = (count: number): number => (seconds > 0 ? count / seconds : 0);
  return {
    inputPacketsPerSecond: rate(counts.inputPackets),
    inputBitsPerSecond: rate(counts.inputBytes * 8),
    outputPacketsPerSecond: rate(counts.outputPackets),
    outputBitsPerSecond: rate(counts.outputBytes * 8),
  };
}

const RATE_WIDTHS = [12, 12, 12, 12];
/** Width of names, IFNAMSIZ less its zero byte. */
const NAME_WIDTH = 15;

/** Formats the line above rates. */
export function trafficRateBanner(): string {
  const titles = ['in packets/s', 'in bits/s', 'out packets/s', 'out bits/s'];
  return `${'interface'.padEnd(NAME_WIDTH)} ${rateCells(titles)} errors drops\n`;
}

/** Formats the rates of an interface, and its errors and drops of both directions. */
export function trafficRateLine(name: string, counts: TrafficCounts, seconds: number): string {
  const { inputPacketsPerSecond, inputBitsPerSecond, outputPacketsPerSecond, outputBitsPerSecond } = trafficRates(
    counts,
    seconds,
  );
  const cells = [
    inputPacketsPerSecond.toFixed(1),
    scaled(inputBitsPerSecond),
    outputPacketsPerSecond.toFixed(1),
    scaled(outputBitsPerSecond),
  ];
  const errors = String(counts.inputErrors + counts.outputErrors).padStart(6);
  const drops = String(counts.inputDrops + counts.outputDrops).padStart(5);
  return `${printable(name).padEnd(NAME_WIDTH)} ${rateCells(cells)} ${errors} ${drops}\n`;
}

function rateCells(cells: readonly string[]): string {
  return cells.map((cell, column) => cell.padStart(RATE_WIDTHS[column] ?? 0)).join(' ');
}

const SCALES = ['', 'k', 'M', 'G', 'T'];

/** Scales to powers of 1000: `999`, `1.50k`, `12.3M`. */
function scaled(value: number): string {
  let scale = 0;
  let rest = value;
  while (rest >= 999.5 && scale < SCALES.length - 1) {
    rest /= 1000;
    scale += 1;
  }
  const text = scale === 0 || rest >= 999.5 ? rest.toFixed(0) : rest.toPrecision(3);
  return text + SCALES[scale];
}

/** An interval as plain data: for JSON and CSV. */
export interface TrafficReport {
  /** Seconds since 1970, at the end of the interval. */
  readonly time: number;
  /** Duration of the interval. */
  readonly seconds: number;
  readonly interfaces: readonly InterfaceTraffic[];
  readonly total: TrafficCounts;
}

/** Returns the plain data with rates. */
export function trafficToJson({ time, seconds, interfaces, total }: TrafficReport): object {
  return {
    time,
    seconds,
    interfaces: interfaces.map((one) => ({ ...one, ...trafficRates(one, seconds) })),
    total: { ...total, ...trafficRates(total, seconds) },
  };
}

export function trafficCsvTitles(): string {
  return csvLine(['time', 'seconds', 'interface', ...CSV_COUNTS, ...CSV_RATES, 'isReset']);
}

const CSV_COUNTS = [
  'inputPackets',
  'inputErrors',
  'inputDrops',
  'inputBytes',
  'outputPackets',
  'outputErrors',
  'outputBytes',
  'collisions',
  'outputDrops',
] as const;
const CSV_RATES = [
  'inputPacketsPerSecond',
  'inputBitsPerSecond',
  'outputPacketsPerSecond',
  'outputBitsPerSecond',
] as const;

/** Formats a line per interface. */
export function trafficCsvLines({ time, seconds, interfaces }: TrafficReport): string {
  const lines = interfaces.map((one) => {
    const rates = trafficRates(one, seconds);
    const figures = [...CSV_COUNTS.map((name) => one[name]), ...CSV_RATES.map((name) => rates[name].toFixed(1))];
    return csvLine([time.toFixed(3), seconds.toFixed(3), one.name, ...figures, one.isReset]);
  });
  return lines.join('');
}
