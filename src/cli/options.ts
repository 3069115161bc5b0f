/** Reading option values: what yargs leaves as text becomes numbers within bounds, or an error that says which. @module */
import type { Argv } from 'yargs';
import { StackError } from '../base/errors.ts';
import type { TimestampPrecision } from '../pcap/index.ts';
import { readTextFile } from './text-input.ts';

export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** Fractions are allowed. */
  readonly fraction?: boolean;
}

/**
 * The number behind an option, or undefined when it was not given.
 * @throws StackError `USAGE`
 */
export function numberOption(name: string, text: string | undefined, range: NumberRange = {}): number | undefined {
  if (text === undefined) return undefined;
  const { least = 0, most = Number.MAX_SAFE_INTEGER, fraction = false } = range;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most && (fraction || Number.isInteger(value))) return value;
  const kind = fraction ? 'a number' : 'a whole number';
  const bounds = range.most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new StackError('USAGE', `${name} takes ${kind} ${bounds}, not ${JSON.stringify(text)}`);
}

/** @throws StackError `USAGE` when more than one of these was given */
export function allowOne<Name extends string>(words: Readonly<Record<Name, unknown>>, names: readonly Name[]): void {
  const [one, other] = names.filter((name) => Boolean(words[name]));
  if (other !== undefined) throw new StackError('USAGE', `--${one} and --${other} exclude each other`);
}

/** Options of every command that prints frames; the letters are tcpdump's. */
export function printOptions<T>(command: Argv<T>) {
  return command
    .option('n', { type: 'count', describe: 'numbers in place of port names' })
    .option('e', { type: 'boolean', default: false, describe: 'link-layer header on each line' })
    .option('q', { type: 'boolean', default: false, describe: 'less about each protocol' })
    .option('t', {
      type: 'count',
      describe:
        'time stamp: -t none, -tt seconds since 1970, -ttt since the line before, -tttt date, -ttttt since the first',
    })
    .option('v', { type: 'count', describe: 'more: TTL, identification, options, checksums' })
    .option('x', { type: 'count', describe: 'bytes in hexadecimal; -xx with the link-layer header' })
    .option('X', { type: 'count', describe: 'bytes in hexadecimal and ASCII; -XX with the link-layer header' })
    .option('A', { type: 'count', describe: 'bytes as ASCII; -AA with the link-layer header' })
    .option('S', { type: 'boolean', default: false, describe: 'absolute TCP sequence numbers' })
    .option('number', { alias: '#', type: 'boolean', default: false, describe: 'number each line' });
}

/** Options of everything that has a filter in its trailing words. */
export function filterWords<T>(command: Argv<T>) {
  return command.positional('expression', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'pcap-filter(7) expression; all frames without one',
  });
}

/** Micro- or nanoseconds, in files and on the screen. */
export function precisionOptions<T>(command: Argv<T>) {
  return command
    .option('time-stamp-precision', {
      choices: ['micro', 'nano'] as const,
      default: 'micro' as const,
      describe: 'of the times in files and lines: micro- or nanoseconds',
    })
    .option('nano', { type: 'boolean', default: false, describe: 'short for --time-stamp-precision nano' })
    .option('micro', { type: 'boolean', default: false, describe: 'short for --time-stamp-precision micro' });
}

/** What `precisionOptions` were given. */
export function timestampPrecision(words: {
  readonly 'time-stamp-precision': TimestampPrecision;
  readonly nano: boolean;
  readonly micro: boolean;
}): TimestampPrecision {
  if (words.nano) return 'nano';
  return words.micro ? 'micro' : words['time-stamp-precision'];
}

/** The filter: the trailing words, or the file behind -F. Both at once would be ambiguous. @throws StackError `USAGE` */
export async function filterText(words: {
  readonly F: string | undefined;
  readonly expression: readonly string[];
}): Promise<string> {
  if (words.F === undefined) return words.expression.join(' ');
  if (words.expression.length > 0)
    throw new StackError('USAGE', 'the filter comes from -F FILE or from words, not both');
  return readTextFile(words.F);
}
