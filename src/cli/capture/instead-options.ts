/** What `tapline capture` does instead of capturing when options of tcpdump ask for it. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import type { LinkType } from '../../base/link-type.ts';
import { fileList, parseRead, programForm, type ReadArguments, type ReadCommand } from '../file/read-options.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { type FilterSource, parseFilter, parseLinkTypeName } from '../options.ts';
import { type InterfaceChoice, type InterfaceWords, parseInterfaces, parseSnapLength } from './capture-interfaces.ts';

/** A parsed command line. */
export type InsteadCommand =
  | { readonly kind: 'interfaces' }
  | { readonly kind: 'link-types' | 'timestamp-types'; readonly interfaces: readonly InterfaceChoice[] }
  | { readonly kind: 'read'; readonly command: ReadCommand }
  | ({ readonly kind: 'program' } & ProgramRequest);

/** What `-d` prints without a file. */
export interface ProgramRequest {
  /** The number of `-d`. */
  readonly form: number;
  readonly filter: FilterSource;
  /** The program is that of a capture on the first one. */
  readonly interfaces: readonly InterfaceChoice[];
  readonly linkType: LinkType | undefined;
  readonly snapLength: number;
  readonly optimize: boolean;
}

/** Options that only `tapline read` has. */
const READ_ONLY = {
  skip: undefined,
  from: undefined,
  to: undefined,
  'no-comments': false,
  strip: false,
} as const;

type InsteadWords = (ReturnType<typeof insteadOptions> extends Argv<infer Arguments> ? Arguments : never) &
  Omit<ReadArguments, 'file' | 'V' | keyof typeof READ_ONLY> &
  InterfaceWords &
  LiveWords & { readonly y: string | undefined };

/** Options that only a live capture has. Others, such as `-i` and `-B`, are ignored with a file, as by tcpdump. */
const LIVE_ONLY = ['Q', 'I', 'duration', 'stats', 'threads', 'merge', 'trigger'] as const;
type LiveWords = { readonly [Name in (typeof LIVE_ONLY)[number]]: unknown };

export function insteadOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(FrameGroup.instead);
  return command
    .option('r', value('read frames from FILE, as `tapline read FILE` does; - for standard input'))
    .option('V', fileList(FrameGroup.instead))
    .option('D', flag('list the interfaces with their numbers', { alias: 'list-interfaces' }))
    .option('L', flag('list the link types of the interface', { alias: 'list-data-link-types' }))
    .option('J', flag('list the types of timestamps of the interface', { alias: 'list-time-stamp-types' }))
    .option('d', programForm(FrameGroup.instead));
}

/** @returns undefined for a capture @throws StackError `USAGE` */
export function parseInstead(words: InsteadWords): InsteadCommand | undefined {
  const { r: file, V: list } = words;
  if (words.D) return { kind: 'interfaces' };
  if (words.L || words.J)
    return { kind: words.L ? 'link-types' : 'timestamp-types', interfaces: parseInterfaces(words) };
  if (file !== undefined && list !== undefined) throw new StackError('USAGE', '-r and -V exclude each other');
  if (file === undefined && list === undefined) return words.d > 0 ? parseProgramRequest(words) : undefined;
  refuseLiveOptions(words, file === undefined ? '-V' : '-r');
  return { kind: 'read', command: parseRead({ ...READ_ONLY, ...words, file }) };
}

function parseProgramRequest(words: InsteadWords): InsteadCommand {
  return {
    kind: 'program',
    form: words.d,
    filter: parseFilter(words),
    interfaces: words.i.length > 0 ? parseInterfaces(words) : [],
    linkType: parseLinkTypeName('-y', words.y),
    snapLength: parseSnapLength(words),
    optimize: !words.O,
  };
}

function refuseLiveOptions(words: LiveWords, by: string): void {
  const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const given = LIVE_ONLY.find((name) => isGiven(words[name]));
  if (given === undefined) return;
  const option = given.length === 1 ? `-${given}` : `--${given}`;
  const advice = given === 'Q' ? '; in files of cooked frames the filters inbound and outbound test the direction' : '';
  throw new StackError('USAGE', `${option} needs a live capture, but ${by} reads files${advice}`);
}
