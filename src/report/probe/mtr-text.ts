/** Formats a monitored path as a table, for the screen and for reports. @module */
import { printable } from '../../base/text.ts';
import type { HopAddress, MonitorHop } from '../../icmp/index.ts';
import { extensionsText } from './icmp-extensions-text.ts';
import { originText } from './path-disclosure.ts';

export interface MtrTextOptions {
  /** Returns the host name of an address. Without it, addresses are shown. */
  readonly nameOf?: (address: string) => string | undefined;
  readonly showExtensions?: boolean;
  /** Shows AS number and country before each address. */
  readonly showOrigins?: boolean;
  /** Letters of the columns to show, see `MTR_COLUMNS`; `LSNABWV` by default, as in mtr. */
  readonly columns?: string;
  /** Width of a line; 80 by default. */
  readonly width?: number;
  /** Shows the last results as a sparkline. */
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

/** The letters are those of `mtr -o`, and F for forward loss. */
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
  { letter: 'G', title: 'Gmean', width: 7, value: (hop) => ms(hop.geometricMean) },
  { letter: 'J', title: 'Jttr', width: 7, value: (hop) => ms(hop.jitter) },
  { letter: 'M', title: 'Javg', width: 7, value: (hop) => ms(hop.jitterMean) },
  { letter: 'X', title: 'Jmax', width: 7, value: (hop) => ms(hop.jitterWorst) },
  { letter: 'I', title: 'Jint', width: 7, value: (hop) => ms(hop.interarrivalJitter) },
];

/** An empty column. */
const BLANK: Column = { letter: ' ', title: '', width: 1, value: () => '' };

const DEFAULT_COLUMNS = 'LSNABWV';
const DEFAULT_WIDTH = 80;
const ORIGIN_WIDTH = 11;
const MIN_HOST_WIDTH = 16;
const SPARK = '▁▂▃▄▅▆▇█';
const LOST = '×';

function columnsOf(letters = DEFAULT_COLUMNS): Column[] {
  return [...letters].flatMap((letter) => [...MTR_COLUMNS, BLANK].filter((column) => column.letter === letter));
}

/** Returns the letters of `text` that are not columns. */
export function unknownColumns(text: string): string {
  return [...text].filter((letter) => columnsOf(letter).length === 0).join('');
}

/** Returns a title line and one line per hop, with further addresses below it; newlines included. */
export function formatMtrTable(hops: readonly MonitorHop[], options: MtrTextOptions = {}): string {
  const columns = columnsOf(options.columns);
  const figures = columns.reduce((sum, column) => sum + column.width, 0);
  const hostWidth = Math.max(MIN_HOST_WIDTH, (options.width ?? DEFAULT_WIDTH) - figures - 5);
  const title = columns.map((column) => column.title.padStart(column.width)).join('');
  const lines = [`${'Host'.padEnd(hostWidth + 5)}${title}`];
  for (const hop of hops) lines.push(...hopLines(hop, columns, hostWidth, options));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function hopLines(hop: MonitorHop, columns: readonly Column[], hostWidth: number, options: MtrTextOptions): string[] {
  const [first, ...others] = hop.addresses;
  const host = first === undefined ? '???' : hostText(first, options);
  const figures = columns.map((column) => column.value(hop).padStart(column.width)).join('');
  const spark = options.showHistory === true ? `  ${sparkline(hop)}` : '';
  const lines = [`${String(hop.hop).padStart(3)}. ${fit(host, hostWidth)}${figures}${spark}`];
  for (const other of others) lines.push(`     ${fit(hostText(other, options), hostWidth)}`);
  if (options.showExtensions === true && hop.extensions !== undefined)
    lines.push(`    ${extensionsText(hop.extensions)}`);
  return lines;
}

function hostText({ address, origin }: HopAddress, { nameOf, showOrigins }: MtrTextOptions): string {
  const name = nameOf?.(address);
  const host = name === undefined ? address : `${printable(name)} (${address})`;
  if (showOrigins !== true) return host;
  return `${(origin === undefined ? 'AS???' : originText(origin)).padEnd(ORIGIN_WIDTH)} ${host}`;
}

function fit(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

/** Returns the last results, scaled to the slowest; a loss is a cross. */
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
