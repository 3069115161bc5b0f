/** A watched path as text: a table for the screen, a report, CSV. @module */
import { printable } from '../base/text.ts';
import type { MonitorHop } from '../icmp/monitor-hop.ts';
import { extensionsText } from './icmp-extensions-text.ts';

export interface MtrTextOptions {
  /** Host names by address; undefined shows addresses. */
  readonly nameOf?: (address: string) => string | undefined;
  readonly showExtensions?: boolean;
  /** Figures to show, by letter, see `MTR_COLUMNS`; `LSNABWV` by default, as mtr does. */
  readonly columns?: string;
  /** Width of the whole line; 80 by default. */
  readonly width?: number;
  /** Show the last results as a sparkline. */
  readonly showHistory?: boolean;
}

interface Column {
  readonly letter: string;
  readonly title: string;
  readonly width: number;
  readonly value: (hop: MonitorHop) => string;
}

function ms(value: number): string {
  return value >= 1_000 ? value.toFixed(0) : value.toFixed(value >= 100 ? 1 : 2);
}

/** The letters are those of mtr's `-o`. */
export const MTR_COLUMNS: readonly Column[] = [
  { letter: 'L', title: 'Loss%', width: 7, value: (hop) => `${hop.lossPercent.toFixed(1)}%` },
  { letter: 'F', title: 'Fwd%', width: 7, value: (hop) => `${hop.forwardLossPercent.toFixed(1)}%` },
  { letter: 'D', title: 'Drop', width: 5, value: (hop) => String(hop.silentLoss + hop.forwardLoss) },
  { letter: 'R', title: 'Rcv', width: 6, value: (hop) => String(hop.received) },
  { letter: 'S', title: 'Snt', width: 6, value: (hop) => String(hop.transmitted) },
  { letter: 'N', title: 'Last', width: 7, value: (hop) => ms(hop.last) },
  { letter: 'A', title: 'Avg', width: 7, value: (hop) => ms(hop.mean) },
  { letter: 'B', title: 'Best', width: 7, value: (hop) => ms(hop.best) },
  { letter: 'W', title: 'Wrst', width: 7, value: (hop) => ms(hop.worst) },
  { letter: 'V', title: 'StDev', width: 7, value: (hop) => ms(hop.deviation) },
  { letter: 'J', title: 'Jttr', width: 7, value: (hop) => ms(hop.jitter) },
  { letter: 'M', title: 'Javg', width: 7, value: (hop) => ms(hop.jitterMean) },
  { letter: 'X', title: 'Jmax', width: 7, value: (hop) => ms(hop.jitterWorst) },
  { letter: 'I', title: 'Jint', width: 7, value: (hop) => ms(hop.interarrivalJitter) },
];

const DEFAULT_COLUMNS = 'LSNABWV';
const DEFAULT_WIDTH = 80;
const NARROWEST_HOST = 16;
const SPARK = '▁▂▃▄▅▆▇█';
const LOST = '×';

function columnsOf(letters = DEFAULT_COLUMNS): Column[] {
  return [...letters].flatMap((letter) => MTR_COLUMNS.filter((column) => column.letter === letter));
}

/** Title line and one line for each hop, further responders below it; newlines included. */
export function formatMtrTable(hops: readonly MonitorHop[], options: MtrTextOptions = {}): string {
  const columns = columnsOf(options.columns);
  const figures = columns.reduce((sum, column) => sum + column.width, 0);
  const hostWidth = Math.max(NARROWEST_HOST, (options.width ?? DEFAULT_WIDTH) - figures - 5);
  const title = columns.map((column) => column.title.padStart(column.width)).join('');
  const lines = [`${'Host'.padEnd(hostWidth + 5)}${title}`];
  for (const hop of hops) lines.push(...hopLines(hop, columns, hostWidth, options));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function hopLines(hop: MonitorHop, columns: readonly Column[], hostWidth: number, options: MtrTextOptions): string[] {
  const [first, ...others] = hop.addresses;
  const host = first === undefined ? '(no answer)' : hostText(first.address, options);
  const figures = columns.map((column) => column.value(hop).padStart(column.width)).join('');
  const spark = options.showHistory === true ? `  ${sparkline(hop)}` : '';
  const lines = [`${String(hop.hop).padStart(3)}. ${fit(host, hostWidth)}${figures}${spark}`];
  for (const other of others) lines.push(`     ${fit(hostText(other.address, options), hostWidth)}`);
  if (options.showExtensions === true && hop.extensions !== undefined)
    lines.push(`    ${extensionsText(hop.extensions)}`);
  return lines;
}

function hostText(address: string, { nameOf }: MtrTextOptions): string {
  const name = nameOf?.(address);
  return name === undefined ? address : `${printable(name)} (${address})`;
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** The last results, scaled to the slowest of them; a loss is a cross. */
export function sparkline(hop: MonitorHop): string {
  const slowest = Math.max(0, ...hop.history.map((time) => time ?? 0));
  return hop.history
    .map((time) => {
      if (time === undefined) return LOST;
      const level = slowest === 0 ? 0 : Math.round((time / slowest) * (SPARK.length - 1));
      return SPARK.charAt(level);
    })
    .join('');
}

/** One line a hop, all figures; the first line names them (RFC 4180). */
export function formatMtrCsv(target: string, hops: readonly MonitorHop[]): string {
  const titles = ['Target', 'Hop', 'Address', ...MTR_COLUMNS.map((column) => column.title)];
  const rows = hops.map((hop) => {
    const figures = MTR_COLUMNS.map((column) => column.value(hop).replace('%', ''));
    return [target, String(hop.hop), hop.addresses.map(({ address }) => address).join(' '), ...figures];
  });
  return [titles, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Figures for Prometheus to scrape (its text exposition format). */
export function formatMtrPrometheus(target: string, hops: readonly MonitorHop[]): string {
  const metrics: readonly (readonly [name: string, help: string, value: (hop: MonitorHop) => number])[] = [
    ['loss_ratio', 'Share of unanswered probes.', (hop) => hop.lossPercent / 100],
    ['forward_loss_ratio', 'Share of probes that were lost on the way there.', (hop) => hop.forwardLossPercent / 100],
    ['round_trip_mean_seconds', 'Mean round trip time.', (hop) => hop.mean / 1_000],
    ['round_trip_worst_seconds', 'Longest round trip time.', (hop) => hop.worst / 1_000],
    ['jitter_seconds', 'Interarrival jitter (RFC 3550).', (hop) => hop.interarrivalJitter / 1_000],
  ];
  return metrics
    .map(([name, help, value]) => {
      const lines = hops.map((hop) => {
        const labels = `target="${label(target)}",hop="${hop.hop}",address="${hop.addresses[0]?.address ?? ''}"`;
        return `tapline_path_${name}{${labels}} ${value(hop)}\n`;
      });
      return `# HELP tapline_path_${name} ${help}\n# TYPE tapline_path_${name} gauge\n${lines.join('')}`;
    })
    .join('');
}

function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
