/** From the command line to a command. Each command's own code is loaded only when it runs. @module */
import yargs, { type Argv, type CommandModule } from 'yargs';
import { messageOf, StackError } from '../base/index.ts';
import { type CommandContext, createContext } from './context.ts';
import { exitCodeOf } from './exit-code.ts';

const EPILOGUE =
  'Exit status: 0 done, 1 failed, 2 wrong command line or filter, 3 missing privilege, 4 no such interface or it went ' +
  'away, 5 disk full or as full as it may become (the file holds all whole records), 6 damaged or unknown file.';

/** Put in by scripts/bundle.mjs. */
declare const TAPLINE_VERSION: string;

/** What `src/cli/commands` is made of; each knows its own options. */
type CreateCommand = (context: CommandContext) => Pick<CommandModule, 'command' | 'aliases'>;

/** Runs the process's command line, and leaves the exit status. @param commands in the order of `tapline --help` */
export async function runProgram(commands: readonly CreateCommand[]): Promise<void> {
  process.exitCode = await runWords(process.argv.slice(2), commands);
}

async function runWords(words: readonly string[], create: readonly CreateCommand[]): Promise<number> {
  const context = createContext();
  const commands = create.map((one) => one(context) as CommandModule);
  let status = 0;
  try {
    await createParser(words.map(spellOutFamily), commands, context).parseAsync();
    status = Number(process.exitCode ?? 0);
  } catch (error) {
    context.stderr.write(`tapline: ${error instanceof StackError ? error.toText() : messageOf(error)}\n`);
    status = exitCodeOf(error);
  }
  await Promise.all([context.stdout.drain(), context.stderr.drain()]);
  return status;
}

/**
 * A command that is named by the first word is the only one that its parser knows, and the default one: for any other
 * kind yargs writes the whole help text before it runs the command, whether anybody asked for it or not.
 */
function createParser(words: readonly string[], commands: readonly CommandModule[], context: CommandContext): Argv {
  const [name = '', ...rest] = words;
  const chosen = commands.find((command) => namesOf(command).includes(name));
  if (chosen !== undefined) {
    const parameters = String(chosen.command).replace(/^\S+/, '$0');
    return withCommon(yargs(rest).scriptName(`tapline ${namesOf(chosen)[0]}`), context).command({
      ...chosen,
      command: parameters,
      aliases: [],
    });
  }
  const parser = withCommon(yargs([...words]).scriptName('tapline'), context)
    .usage('$0 <command>\n\nPackets and network diagnostics without libpcap.')
    .demandCommand(1, 'which command? `tapline --help` lists them');
  return commands.reduce((all, command) => all.command(command), parser);
}

/** The first words of a command and its aliases. */
function namesOf({ command, aliases = [] }: CommandModule): string[] {
  return [command ?? [], aliases].flat().map((words) => words.replace(/ .*/, ''));
}

function withCommon(parser: Argv, context: CommandContext): Argv {
  return parser
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .strict()
    .locale('en')
    .version(TAPLINE_VERSION)
    .help()
    .alias('help', 'h')
    .epilogue(EPILOGUE)
    .wrap(Math.min(120, context.stderr.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      const isOfParser = error === undefined || error.name === 'YError'; // a word without its value is the latter
      throw isOfParser ? new StackError('USAGE', message) : error;
    });
}

/** yargs takes `-4` and `-6` for numbers. */
function spellOutFamily(word: string): string {
  return word === '-4' || word === '-6' ? `--ipv${word.slice(1)}` : word;
}
