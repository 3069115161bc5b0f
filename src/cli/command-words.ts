/**
 * What a user types, made into what yargs reads without a guess: each option by itself, its value behind `=`; what is no
 * option, behind a mark. So `-nc5`, `-ieth0`, `-w -` and `--` mean what they mean to getopt(3), and what is wrong with an
 * option is said in one place, for all commands alike. @module
 */

import { StackError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';

/** What yargs has been told of options: its `getOptions()`, of which its types say nothing. */
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

/** An option as it was typed, with the value that hung on it. */
interface Typed {
  readonly shown: string;
  readonly option: Option;
  readonly attached: string | undefined;
}

/** Before words that are no options: yargs sees no dash, and no word of a command line has it. */
const MARK = '\0';

/** What `spellOut` marked, as it was typed. */
export function withoutMarks(text: string): string {
  return text.replaceAll(MARK, '');
}

/**
 * @param positionals names of what yargs has been told that are no options
 * @throws StackError `USAGE` for an unknown option, one given twice, a value that is missing, unknown or superfluous
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
    for (const typed of word.startsWith('--') ? [longOption(word, table)] : shortOptions(word, table)) {
      const { shown, option } = typed;
      spelt.push(option.takesValue ? `--${option.name}=${valueBehind(typed, rest)}` : flag(typed));
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

/** A lone `-` is a file, and a number is a number, unless an option is called so (`-4`). */
function isOption(word: string, table: OptionTable): boolean {
  return /^-[^-\d]|^--./s.test(word) || (/^-\d/.test(word) && table.has(word.charAt(1)));
}

/** `--name` or `--name=value`. */
function longOption(word: string, table: OptionTable): Typed {
  const [, name = '', attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const option = table.get(name);
  if (option === undefined || name.length === 1) throw unknownOption(`--${name}`, name, table);
  return { shown: `--${name}`, option, attached };
}

/** `-abc`: three options, or one with its value behind it, also behind `=`. */
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

/** What to hand on of an option that stands alone. */
function flag({ shown, option, attached }: Typed): string {
  if (attached !== undefined) throw new StackError('USAGE', `${shown} takes no value, not ${JSON.stringify(attached)}`);
  return `--${option.name}`;
}

/** The value that hangs on an option, or the next of the words, which it takes away. */
function valueBehind({ shown, option, attached }: Typed, rest: string[]): string {
  const next = rest[0];
  if (attached === undefined && next !== undefined && /^-[^\d]/s.test(next)) {
    throw new StackError(
      'USAGE',
      `${shown} needs a value, but ${JSON.stringify(next)} follows (if that is it: ${shown}=VALUE)`,
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
