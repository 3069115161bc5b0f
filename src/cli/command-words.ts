/**
 * Rewrites a command line for yargs: each option separately, its value after `=`, and all other words after a mark. Thus
 * `-nc5`, `-ieth0`, `-w -` and `--` work as with getopt(3), and all commands report errors of options alike. @module
 */
import { StackError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';

/** The options that a parser of yargs declares: `getOptions()`, which its types omit. */
export interface DeclaredOptions {
  readonly key: Readonly<Record<string, unknown>>;
  readonly alias: Readonly<Record<string, readonly string[]>>;
  readonly boolean: readonly string[];
  readonly count: readonly string[];
  readonly array: readonly string[];
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

interface Option {
  readonly name: string;
  readonly takesValue: boolean;
  readonly isRepeatable: boolean;
  /** Undefined: any value. */
  readonly choices: readonly string[] | undefined;
}

/** Options by each of their names, without dashes. */
type OptionTable = ReadonlyMap<string, Option>;

/** An option as typed, with its attached value. */
interface Typed {
  readonly shown: string;
  readonly option: Option;
  readonly attached: string | undefined;
}

/** Precedes words that are not options, so that yargs sees no dash. No word of a command line contains it. */
const MARK = '\0';

/** Removes the marks of `spellOut`. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARK, '');
}

/**
 * @param positionals names that yargs declares for words that are not options
 * @throws StackError `USAGE` for an unknown or repeated option, and a missing, unknown or superfluous value
 */
export function spellOut(
  words: readonly string[],
  declared: DeclaredOptions,
  positionals: readonly string[],
): string[] {
  const table = optionTable(declared, positionals);
  const given = new Set<Option>();
  const spelt: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return [...spelt, ...rest.map((each) => MARK + each)];
    if (!isOption(word, table)) {
      spelt.push(MARK + word);
      continue;
    }
    refuseCountValue(word, rest[0], table);
    for (const typed of word.startsWith('--') ? [longOption(word, table)] : shortOptions(word, table)) {
      const { shown, option } = typed;
      spelt.push(option.takesValue ? `--${option.name}=${valueFor(typed, rest)}` : flag(typed));
      if (given.has(option) && option.takesValue && !option.isRepeatable) {
        throw new StackError('USAGE', `${shown} is given more than once`);
      }
      given.add(option);
    }
  }
  return spelt;
}

function optionTable(declared: DeclaredOptions, positionals: readonly string[]): OptionTable {
  const table = new Map<string, Option>();
  for (const name of Object.keys(declared.key)) {
    if (positionals.includes(name) || table.has(name)) continue;
    const names = [name, ...(declared.alias[name] ?? [])];
    const isAmong = (list: readonly string[]): boolean => names.some((each) => list.includes(each));
    const option = {
      name,
      takesValue: !isAmong(declared.boolean) && !isAmong(declared.count),
      isRepeatable: isAmong(declared.array),
      choices: declared.choices[name],
    };
    for (const each of names) table.set(each, option);
  }
  return table;
}

/** @throws StackError `USAGE` for `--count N`, which was `-c N` where `--count` now prints the number of frames */
function refuseCountValue(word: string, next: string | undefined, table: OptionTable): void {
  if (!table.has('packets')) return;
  const value = /^--count(?:=(.*))?$/s.exec(word) === null ? undefined : (word.split('=')[1] ?? next);
  if (value === undefined || !/^\d+$/.test(value)) return;
  throw new StackError('USAGE', `--count takes no number; use -c ${value} or --packets ${value} to limit the frames`);
}

/** `-` alone is a file. `-` and digits are a number, unless an option has that name (`-4`). */
function isOption(word: string, table: OptionTable): boolean {
  return /^-[^-\d]|^--./s.test(word) || (/^-\d/.test(word) && table.has(word.charAt(1)));
}

/** Parses `--name` or `--name=value`. */
function longOption(word: string, table: OptionTable): Typed {
  const [, name = '', attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const option = table.get(name);
  if (option === undefined || name.length === 1) throw unknownOption(`--${name}`, name, table);
  return { shown: `--${name}`, option, attached };
}

/** Parses `-abc`: three options, or one with an attached value, also after `=`. */
function shortOptions(word: string, table: OptionTable): Typed[] {
  const all: Typed[] = [];
  for (let at = 1; at < word.length; at += 1) {
    const letter = String.fromCodePoint(word.codePointAt(at) ?? 0);
    const option = table.get(letter);
    if (option === undefined) throw unknownOption(`-${letter}`, word.slice(1), table);
    const isLast = at + 1 === word.length;
    const takesRest = !isLast && (option.takesValue || word[at + 1] === '=');
    all.push({
      shown: `-${letter}`,
      option,
      attached: takesRest ? word.slice(word[at + 1] === '=' ? at + 2 : at + 1) : undefined,
    });
    if (takesRest) break;
  }
  return all;
}

/** Returns an option without a value. */
function flag({ shown, option, attached }: Typed): string {
  if (attached !== undefined) throw new StackError('USAGE', `${shown} takes no value, not ${JSON.stringify(attached)}`);
  return `--${option.name}`;
}

/** Returns the attached value, or removes and returns the next word. */
function valueFor({ shown, option, attached }: Typed, rest: string[]): string {
  const next = rest[0];
  if (attached === undefined && next !== undefined && /^-[^\d]/s.test(next)) {
    throw new StackError(
      'USAGE',
      `${shown} needs a value, but ${JSON.stringify(next)} follows; write ${shown}=VALUE if that is the value`,
    );
  }
  const value = attached ?? rest.shift() ?? '';
  if (value === '') throw new StackError('USAGE', `${shown} needs a value`);
  if (option.choices?.includes(value) === false) {
    throw new StackError('USAGE', `${shown} takes ${listed(option.choices)}, not ${JSON.stringify(value)}`);
  }
  return value;
}

function unknownOption(shown: string, word: string, table: OptionTable): StackError {
  const nearest = nearestWord(
    word,
    [...table.keys()].filter((name) => name.length > 1),
  );
  const advice = nearest === undefined ? '--help lists all' : `did you mean --${nearest}?`;
  return new StackError('USAGE', `there is no option ${shown}; ${advice}`);
}

/** `a, b or c`. */
function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
