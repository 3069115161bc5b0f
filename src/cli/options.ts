/** Values of options: numbers within bounds, and the filter. @module */
import type { Argv } from 'yargs';
import { StackError } from '../base/errors.ts';
import { LINK_TYPE_NAMES, type LinkType, parseLinkType } from '../base/link-type.ts';
import { optionGroup } from './option-group.ts';
import { readTextFile } from './text-input.ts';

export interface NumberRange {
  readonly least?: number;
  readonly most?: number;
  /** Whether fractions are allowed, in the forms of strtod(3): `0.2`, `.2`, `2e-1`. */
  readonly fraction?: boolean;
}

/**
 * Parses the value of an option; undefined if it was not given.
 * @throws StackError `USAGE`
 */
export function numberOption(name: string, text: string | undefined, range: NumberRange = {}): number | undefined {
  if (text === undefined) return undefined;
  const { least = 0, most = Number.MAX_SAFE_INTEGER, fraction = false } = range;
  const form = fraction ? /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i : /^\d+(\.0+)?$/;
  const value = form.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most && (fraction || Number.isInteger(value))) return value;
  const kind = fraction ? 'a number' : 'a whole number';
  const bounds = range.most === undefined ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new StackError('USAGE', `${name} takes ${kind} ${bounds}, not ${JSON.stringify(text)}`);
}

/** @throws StackError `USAGE` if more than one of these options was given */
export function allowOne<Name extends string>(words: Readonly<Record<Name, unknown>>, names: readonly Name[]): void {
  const [one, other] = names.filter((name) => Boolean(words[name]));
  if (other !== undefined) throw new StackError('USAGE', `--${one} and --${other} exclude each other`);
}

/** Parses the name of a link type, as `EN10MB`, `DLT_EN10MB` or `1`. @throws StackError `USAGE` */
export function parseLinkTypeName(option: string, text: string | undefined): LinkType | undefined {
  if (text === undefined) return undefined;
  const linkType = parseLinkType(text);
  if (linkType !== undefined) return linkType;
  throw new StackError(
    'USAGE',
    `${option} takes ${LINK_TYPE_NAMES.join(', ')} or a number, not ${JSON.stringify(text)}`,
  );
}

/** Declares the filter in the trailing words. */
export function filterWords<T>(command: Argv<T>) {
  return command.positional('expression', {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'filter in pcap-filter(7) syntax; all frames without one',
  });
}

/** Declares `-O`. */
export function noOptimize(group: string) {
  return optionGroup(group).flag('do not optimize the program of the filter', { alias: 'no-optimize' });
}

/** Declares `-F`. */
export function filterFile(group: string) {
  return optionGroup(group).value('read the filter from this file', { alias: 'filter-file' });
}

/** A filter of the command line: its text, or the file that contains it. */
export type FilterSource = { readonly text: string } | { readonly file: string };

/** @throws StackError `USAGE` for words and a file */
export function parseFilter(words: {
  readonly F: string | undefined;
  readonly expression: readonly string[];
}): FilterSource {
  const { F: file, expression } = words;
  if (file === undefined) return { text: expression.join(' ') };
  if (expression.length > 0) {
    throw new StackError('USAGE', '-F FILE and a filter on the command line exclude each other');
  }
  return { file };
}

/** @throws StackError `FILE_OPEN` */
export async function readFilter(source: FilterSource): Promise<string> {
  return 'text' in source ? source.text : readTextFile(source.file);
}
