/** From the command line to a command. Each command's own code is loaded only when it runs. @module */
import yargs, { type Argv, type CommandModule } from 'yargs';
import { StackError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { printable } from '../base/text.ts';
import { type DeclaredOptions, spellOut, withoutMarks } from './command-words.ts';
import { type CommandContext, createContext } from './context.ts';
import { ExitCode, exitCodeOf } from './exit-code.ts';
import { helpText, KIND_WORDS } from './help-text.ts';
import { ignoreHangup } from './stop-signals.ts';

export const PURPOSE = 'packet capture and network diagnostics without libpcap';

/** The exit statuses of commands without their own. */
export const EXIT_STATUS =
  'Exit status: 0 done, 1 failed, 2 wrong command line or filter, 3 missing privilege, 4 no such interface or it went ' +
  'away, 5 disk full or as full as it may become (the file holds all whole records), 6 damaged or unknown file.';

/** Of the help: wider lines are hard to read, and where there is no terminal. */
const MOST_COLUMNS = 120;
const USUAL_COLUMNS = 100;

/** Put in by scripts/bundle.mjs. */
declare const TAPLINE_VERSION: string;

/** A command whose exit statuses differ from the common ones lists its own in its help. */
export interface OwnExitStatus {
  readonly exitStatus?: string;
}

/** What `src/cli/commands` is made of; each knows its own options. */
type CreateCommand = (context: CommandContext) => Pick<CommandModule, 'command' | 'aliases'> & OwnExitStatus;

/** Runs the process's command line, and leaves the exit status. @param commands in the order of `tapline --help` */
export async function runProgram(commands: readonly CreateCommand[]): Promise<void> {
  process.exitCode = await runWords(process.argv.slice(2), commands);
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

/** A terminal may not know how wide it is, and says 0. */
function helpWidth({ stdout }: CommandContext): number {
  return Math.min(MOST_COLUMNS, stdout.columns || USUAL_COLUMNS);
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
 * A command that is named by the first word is the only one that its parser knows, and the default one: for any other
 * kind yargs writes the whole help text before it runs the command, whether anybody asked for it or not.
 */
function createParser(words: readonly string[], commands: readonly (CommandModule & OwnExitStatus)[]): Argv {
  const [name = '', ...rest] = words;
  const chosen = commands.find((command) => namesOf(command).includes(name));
  if (chosen !== undefined) {
    const called = `tapline ${namesOf(chosen)[0]}`;
    const parameters = String(chosen.command).replace(/^\S+/, '$0');
    const places = placesOf(chosen);
    const spelt = asksForHelp(rest) ? [] : spellOut(rest, declaredOptions(chosen), places);
    const usage = `tapline ${String(chosen.command)}`;
    return withCommon(yargs(spelt).scriptName(called), usage, chosen.exitStatus).command({
      ...chosen,
      command: parameters,
      aliases: [],
      handler: (given) => chosen.handler(asTyped(given, places)),
    });
  }
  if (name !== '' && !GLOBAL_WORDS.includes(name)) throw unknownCommand(name, commands.flatMap(namesOf));
  const parser = withCommon(yargs([...words]).scriptName('tapline'), 'tapline COMMAND')
    .usage(`$0 <command>\n\n${PURPOSE}`)
    .completion('completion', 'print a completion script for bash or zsh', completeWords)
    .demandCommand(1, 'which command? `tapline --help` lists them');
  return commands.reduce((all, command) => all.command(command), parser);
}

/** `given` with the words in their places as they were before `spellOut`. */
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

/** What may stand in a command's place. */
const GLOBAL_WORDS = ['--help', '-h', '--version', 'completion', '--get-yargs-completions'];

function unknownCommand(name: string, known: readonly string[]): StackError {
  const nearest = nearestWord(name, known);
  const advice = nearest === undefined ? '' : `did you mean ${nearest}? `;
  const wrong = name.startsWith('-')
    ? `a command comes first, not ${name}`
    : `there is no command ${JSON.stringify(name)}`;
  return new StackError('USAGE', `${wrong}; ${advice}\`tapline --help\` lists them`);
}

/** What a command says of its options, asked before yargs reads the words. */
function declaredOptions({ builder }: CommandModule): DeclaredOptions {
  const parser = withCommon(yargs([]), '');
  if (typeof builder === 'function') void builder(parser);
  return (parser as Argv & { getOptions(): DeclaredOptions }).getOptions();
}

/** The names of the words that a command takes in their places. */
function placesOf({ command }: CommandModule): string[] {
  return Array.from(String(command).matchAll(/[<[](\w+)/g), ([, name = '']) => name);
}

/** The first words of a command and its aliases. */
function namesOf({ command, aliases = [] }: CommandModule): string[] {
  return [command ?? [], aliases].flat().map((words) => words.replace(/ .*/, ''));
}

/**
 * @param usage what to write, said where the number of words is wrong
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
    .version(TAPLINE_VERSION)
    .help()
    .alias('help', 'h')
    .epilogue(exitStatus)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new StackError('USAGE', inOurWords(message, usage));
    });
}

/** What yargs is left to find wrong, as it says it, and as we do. */
const WORDS_OF_YARGS: readonly (readonly [RegExp, string])[] = [
  [/^Missing required argument: i$/, 'which interface? give -i NAME; `tapline interfaces` lists them'],
  [/^Unknown arguments?: (.*)$/s, 'too many words: $1; write USAGE'],
  [/^Not enough non-option arguments: .*$/, 'too few words; write USAGE'],
  [/^Arguments (\S+) and (\S+) are mutually exclusive$/, '--$1 and --$2 exclude each other'],
];

function inOurWords(message: string, usage: string): string {
  const found = WORDS_OF_YARGS.find(([pattern]) => pattern.test(message));
  return withoutMarks(found === undefined ? message : message.replace(...found).replace('USAGE', usage));
}
