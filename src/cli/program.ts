/** Runs the command of a command line. The code of a command is loaded only when it runs. @module */
import type { Argv, CommandModule } from 'yargs';
import { StackError } from '../base/errors.ts';
import { nearestWord } from '../base/nearest-word.ts';
import { printable } from '../base/text.ts';
import { COMMON_OPTIONS, readWords } from './command-words.ts';
import { type CommandContext, createContext } from './context.ts';
import { declarationsOf } from './declarations.ts';
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
    const [name = '', ...rest] = words;
    const chosen = commands.find((command) => namesOf(command).includes(name));
    if (chosen !== undefined) await runCommand(chosen, rest, context);
    else await runWithoutCommand(words, commands, context);
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

/** Returns whether help is asked for in words of its own, beside which all others may be wrong. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).some((word) => word === '--help' || word === '-h');
}

async function runCommand(
  chosen: CommandModule & OwnExitStatus,
  words: readonly string[],
  context: CommandContext,
): Promise<void> {
  const usage = `tapline ${String(chosen.command)}`;
  const given = asksForHelp(words) ? { help: true } : readWords(words, declarationsOf(chosen), usage);
  if (given['help'] === true) {
    const ofHelp = await createParser([], chosen.exitStatus, hasOwnV(chosen));
    // The default command: for others yargs lists all commands.
    const command = String(chosen.command).replace(/^\S+/, '$0');
    const parser = ofHelp.scriptName(`tapline ${namesOf(chosen)[0]}`).command({ ...chosen, command, aliases: [] });
    await writeHelp(parser, context);
  } else if (given['version'] === true) context.stdout.write(`${taplineVersion()}\n`);
  else await chosen.handler(given as never);
}

/** Runs `tapline` with options, with the words of a completion script, or alone. */
async function runWithoutCommand(
  words: readonly string[],
  commands: readonly CommandModule[],
  context: CommandContext,
): Promise<void> {
  const [name = ''] = words;
  if (name !== '' && !GLOBAL_WORDS.includes(name)) throw unknownCommand(name, commands.flatMap(namesOf));
  const parser = (await createParser(words))
    .scriptName('tapline')
    .usage(`$0 <command>\n\n${PURPOSE}`)
    .completion('completion', 'print a completion script for bash or zsh', completeWords)
    .demandCommand(1, 'no command given; `tapline --help` lists them');
  const complete = commands.reduce((all, command) => all.command(command), parser);
  if (asksForHelp(words)) await writeHelp(complete, context);
  else await complete.parseAsync();
}

async function writeHelp(parser: Argv, context: CommandContext): Promise<void> {
  context.stdout.write(helpText(await parser.wrap(helpWidth(context)).getHelp()));
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

/** Returns whether `-V` has the meaning of tcpdump, a list of files. Otherwise it prints the version. */
function hasOwnV(command: CommandModule): boolean {
  return declarationsOf(command).options.has('V');
}

/** Returns the names of a command: its own and its aliases. */
function namesOf({ command, aliases = [] }: CommandModule): string[] {
  return [command ?? [], aliases].flat().map((words) => words.replace(/ .*/, ''));
}

/** Creates the parser for help and completion. @param exitStatus the last paragraph of the help @param isVTaken whether -V is an option of the command */
async function createParser(words: readonly string[], exitStatus = EXIT_STATUS, isVTaken = false): Promise<Argv> {
  const { default: yargs } = await import('yargs');
  return yargs([...words])
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false })
    .strict()
    .locale('en')
    .updateStrings(KIND_WORDS)
    .version(taplineVersion())
    .alias(isVTaken ? {} : { version: COMMON_OPTIONS.version.alias })
    .help()
    .alias('help', COMMON_OPTIONS.help.alias)
    .epilogue(exitStatus)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new StackError('USAGE', message.replace(/^Unknown arguments?/, 'too many arguments'));
    });
}
