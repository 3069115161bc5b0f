/**
 * Reads the words of a command as getopt(3) does: `-nc5`, `-ieth0`, `-w -` and `--`. All commands report errors of options
 * alike. @module
 */
import type { Options } from 'yargs';
import { StackError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import type { Declarations, Place } from './declarations.ts';

/** The value of each option and place by its name; undefined for an option that was not given. */
export type CommandWords = Readonly<Record<string, unknown>>;

interface Option {
  readonly name: string;
  readonly details: Options;
  readonly takesValue: boolean;
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

/** The options of every command. */
export const COMMON_OPTIONS = {
  help: { alias: 'h', type: 'boolean' },
  version: { alias: 'V', type: 'boolean' },
} as const satisfies Record<string, Options>;

/**
 * Returns the values of all options and places; only the options that are given if `help` or `version` is among them.
 * @param usage the synopsis, for errors about the number of words
 * @throws StackError `USAGE` for an unknown or repeated option, a missing, unknown or superfluous value, a missing option,
 * and too few or too many other words
 */
export function readWords(words: readonly string[], { options, places }: Declarations, usage: string): CommandWords {
  const all = [...Object.entries<Options>(COMMON_OPTIONS), ...options];
  const table = optionTable(all);
  const given = new Map<string, unknown>();
  const others: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      others.push(...rest);
      break;
    }
    if (!isOption(word, table)) {
      others.push(word);
      continue;
    }
    refuseCountValue(word, rest[0], table);
    for (const typed of word.startsWith('--') ? [longOption(word, table)] : shortOptions(word, table)) {
      const { name } = typed.option;
      given.set(name, nextValue(typed, given.get(name), rest));
    }
  }
  if (given.has('help') || given.has('version')) return Object.fromEntries(given);
  const placed = putInPlaces(others, places, usage);
  for (const [name, details] of all) {
    if (!given.has(name) && details.demandOption === true) throw missingOption(name);
  }
  return {
    ...Object.fromEntries(all.map(([name, details]) => [name, given.get(name) ?? valueWithout(details)])),
    ...placed,
  };
}

/** Returns the value of an option that is not given. */
function valueWithout({ type, default: value }: Options): unknown {
  return value ?? (type === 'count' ? 0 : undefined);
}

function optionTable(options: readonly (readonly [name: string, details: Options])[]): OptionTable {
  const table = new Map<string, Option>();
  for (const [name, details] of options) {
    const option = {
      name,
      details,
      takesValue: details.type !== 'boolean' && details.type !== 'count',
      choices: details.choices as readonly string[] | undefined,
    };
    for (const each of [name, details.alias ?? []].flat()) table.set(each, option);
  }
  return table;
}

/** Returns the new value of an option that was just read, and had the value `before`. */
function nextValue(typed: Typed, before: unknown, rest: string[]): unknown {
  const { shown, option } = typed;
  if (!option.takesValue) {
    refuseValue(typed);
    return option.details.type === 'count' ? Number(before ?? 0) + 1 : true;
  }
  const value = valueFor(typed, rest);
  if (option.details.array === true) return [...((before as readonly string[] | undefined) ?? []), value];
  if (before !== undefined) throw new StackError('USAGE', `${shown} is given more than once`);
  return value;
}

/** Assigns the words that are not options. */
function putInPlaces(words: readonly string[], places: readonly Place[], usage: string): CommandWords {
  const placed: Record<string, unknown> = {};
  let next = 0;
  for (const { name, isRequired, isRepeatable, otherwise } of places) {
    const taken = words.slice(next, isRepeatable ? undefined : next + 1);
    if (isRequired && taken.length === 0) throw new StackError('USAGE', `too few arguments; usage: ${usage}`);
    placed[name] = taken.length === 0 ? otherwise : isRepeatable ? taken : taken[0];
    next += taken.length;
  }
  if (next === words.length) return placed;
  throw new StackError('USAGE', `too many arguments: ${words.slice(next).join(', ')}; usage: ${usage}`);
}

function missingOption(name: string): StackError {
  const isInterface = name === 'i';
  return new StackError(
    'USAGE',
    isInterface ? 'no interface given; add -i NAME (`tapline interfaces` lists them)' : `-${name} is required`,
  );
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

function refuseValue({ shown, attached }: Typed): void {
  if (attached !== undefined) throw new StackError('USAGE', `${shown} takes no value, not ${JSON.stringify(attached)}`);
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
