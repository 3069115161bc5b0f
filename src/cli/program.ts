/** Runs the command of a command line. The code of a command is loaded only when it runs. @module */
import yargs, { type Argv, type CommandModule } from 'yargs';
import { StackError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { printable } from '../base/text.ts';
import { type DeclaredOptions, spellOut, withoutMarks } from './command-words.ts';
import { type CommandContext, createContext } from './context.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { helpText, KIND_WORDS } from './help-text.ts';
import { ignoreHangup } from './stop-signals.ts';
import { taplineVersion } from './version.ts';

export const PURPOSE = 'packet capture and network diagnostics without libpcap';

/** The exit statuses of commands without their own. */
export const EXIT_STATUS =
  'Exit status: 0 success, 1 failure, 2 usage error or invalid filter, 3 missing privilege, 4 no such interface or ' +
  'interface removed, 5 disk full or disk space limit reached (files hold whole records), 6 damaged or unknown file.';

/** Width of the help: at most, since long lines are hard to read, and without a terminal. */
const MAX_COLUMNS = 120;
const DEFAULT_COLUMNS = 100;

/** A command whose exit statuses differ from the common ones lists its own in its help. */
export interface OwnExitStatus {
  readonly exitStatus?: string;
}

/** The functions in `src/cli/commands`. */
type CreateCommand = (context: CommandContext) => Pick<CommandModule, 'command' | 'aliases'> & OwnExitStatus;

/** Runs the command line of the process, and sets the exit status. @param commands in the order of `tapline --help` */
export async function runProgram(commands: readonly CreateCommand[]): Promise<void> {
  process.exitCode = await runWords(withoutHelpCommand(process.argv.slice(2)), commands);
}

/** Turns `help COMMAND` into `COMMAND --help`. */
function withoutHelpCommand(words: readonly string[]): readonly string[] {
  return words[0] === 'help' ? [...words.slice(1, 2), '--help'] : words;
}

async function runWords(words: readonly string[], create: readonly CreateCommand[]): Promise<number> {
  const context = createContext();
  ignoreHangup(context);
  process.on('uncaughtException', (error) => endWithCrash(error, context));
  const commands = create.map((one) => one(context) as CommandModule & OwnExitStatus);
  let status = 0;
  try {
    const parser = createParser(words, commands);
    if (asksForHelp(words)) context.stdout.write(helpText(await parser.wrap(helpWidth(context)).getHelp()));
    else await parser.parseAsync();
    context.stdout.verify();
    status = Number(process.exitCode ?? 0);
  } catch (error) {
    context.stderr.write(`tapline: ${textOf(error)}\n`);
    status = exitCodeOf(error);
  }
  return status;
}

/** Reports an error that nothing handled. Node itself would print its message without making it printable. */
function endWithCrash(error: unknown, { stderr }: CommandContext): never {
  const frames = (error instanceof Error && error.stack?.match(/^ {4}at .*$/gm)) || [];
  stderr.write(`${[`tapline: internal error: ${textOf(error)}`, ...frames].join('\n')}\n`);
  process.exit(ExitCode.failure);
}

/** A terminal of unknown width reports 0 columns. */
function helpWidth({ stdout }: CommandContext): number {
  return Math.min(MAX_COLUMNS, stdout.columns || DEFAULT_COLUMNS);
}

function textOf(error: unknown): string {
  if (error instanceof StackError) return error.toText();
  return printable(error instanceof Error ? error.message : String(error));
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

/**
 * A command that is named by the first word is the only command of its parser, and its default: for others yargs composes
 * the whole help text before it runs the command.
 */
function createParser(words: readonly string[], commands: readonly (CommandModule & OwnExitStatus)[]): Argv {
  const [name = '', ...rest] = words;
  const chosen = commands.find((command) => namesOf(command).includes(name));
  if (chosen !== undefined) {
    const called = `tapline ${namesOf(chosen)[0]}`;
    const declared = declaredOptions(chosen);
    const parameters = String(chosen.command).replace(/^\S+/, '$0');
    const places = placesOf(chosen);
    const spelt = asksForHelp(rest) ? [] : spellOut(rest, declared, places);
    const usage = `tapline ${String(chosen.command)}`;
    const parser = withCommon(yargs(spelt).scriptName(called), usage, chosen.exitStatus);
    if (!hasOwnV(declared)) parser.alias('version', 'V');
    return parser.command({
      ...chosen,
      command: parameters,
      aliases: [],
      handler: (given) => chosen.handler(asTyped(given, places)),
    });
  }
  if (name !== '' && !GLOBAL_WORDS.includes(name)) throw unknownCommand(name, commands.flatMap(namesOf));
  const parser = withCommon(yargs([...words]).scriptName('tapline'), 'tapline COMMAND')
    .alias('version', 'V')
    .usage(`$0 <command>\n\n${PURPOSE}`)
    .completion('completion', 'print a completion script for bash or zsh', completeWords)
    .demandCommand(1, 'no command given; `tapline --help` lists them');
  return commands.reduce((all, command) => all.command(command), parser);
}

/** Returns `given` with the positional words as they were before `spellOut`. */
function asTyped<T extends Record<string, unknown>>(given: T, places: readonly string[]): T {
  const plain = (value: unknown): unknown => (typeof value === 'string' ? withoutMarks(value) : value);
  const typed = places.map((name) => {
    const value = given[name];
    return [name, Array.isArray(value) ? value.map(plain) : plain(value)];
  });
  return { ...given, ...Object.fromEntries(typed) };
}

/** Completes as yargs does, but single letters with one dash. In zsh's form a description follows the word. */
function completeWords(
  _current: string,
  _given: unknown,
  complete: (done: (error: Error | null, words: readonly string[] | undefined) => void) => void,
  done: (words: string[]) => void,
): void {
  complete((_error, words = []) => done(words.map((word) => word.replace(/^--(.)(?=:|$)/, '-$1'))));
}

/** Words that are allowed instead of a command. */
const GLOBAL_WORDS = ['--help', '-h', '--version', '-V', 'completion', '--get-yargs-completions'];

function unknownCommand(name: string, known: readonly string[]): StackError {
  const nearest = nearestWord(name, known);
  const advice = nearest === undefined ? '' : `did you mean ${nearest}? `;
  const wrong = name.startsWith('-') ? `no command before ${name}` : `there is no command ${JSON.stringify(name)}`;
  return new StackError('USAGE', `${wrong}; ${advice}\`tapline --help\` lists them`);
}

/** Returns the options that a command declares, before yargs reads the words. */
function declaredOptions({ builder }: CommandModule): DeclaredOptions {
  const parser = withCommon(yargs([]), '');
  if (typeof builder === 'function') void builder(parser);
  const declared = (parser as Argv & { getOptions(): DeclaredOptions }).getOptions();
  if (!hasOwnV(declared)) parser.alias('version', 'V');
  return declared;
}

/** Returns whether `-V` has the meaning of tcpdump: a list of files. Otherwise it prints the version. */
function hasOwnV({ key }: DeclaredOptions): boolean {
  return Object.hasOwn(key, 'V');
}

/** Returns the names of the positional words of a command. */
function placesOf({ command }: CommandModule): string[] {
  return Array.from(String(command).matchAll(/[<[](\w+)/g), ([, name = '']) => name);
}

/** Returns the names of a command: its own and its aliases. */
function namesOf({ command, aliases = [] }: CommandModule): string[] {
  return [command ?? [], aliases].flat().map((words) => words.replace(/ .*/, ''));
}

/**
 * @param usage the synopsis, for errors about the number of words
 * @param exitStatus the last paragraph of the help
 */
function withCommon(parser: Argv, usage: string, exitStatus = EXIT_STATUS): Argv {
  return parser
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .strict()
    .locale('en')
    .updateStrings(KIND_WORDS)
    .version(taplineVersion())
    .help()
    .alias('help', 'h')
    .epilogue(exitStatus)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new StackError('USAGE', inOurWords(message, usage));
    });
}

/** Messages of yargs, and what is printed instead. */
const WORDS_OF_YARGS: readonly (readonly [RegExp, string])[] = [
  [/^Missing required argument: i$/, 'no interface given; add -i NAME (`tapline interfaces` lists them)'],
  [/^Unknown arguments?: (.*)$/s, 'too many arguments: $1; usage: USAGE'],
  [/^Not enough non-option arguments: .*$/, 'too few arguments; usage: USAGE'],
  [/^Arguments (\S+) and (\S+) are mutually exclusive$/, '--$1 and --$2 exclude each other'],
];

function inOurWords(message: string, usage: string): string {
  const found = WORDS_OF_YARGS.find(([pattern]) => pattern.test(message));
  return withoutMarks(found === undefined ? message : message.replace(...found).replace('USAGE', usage));
}
