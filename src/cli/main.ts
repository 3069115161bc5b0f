#!/usr/bin/env node
/** `tapline`: from the command line to a command. Each command's own code is loaded only when it runs. @module */
import { readFileSync } from 'node:fs';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { messageOf, StackError } from '../base/index.ts';
import { captureCommand } from './commands/capture.ts';
import { demoCommand } from './commands/demo.ts';
import { filterCommand } from './commands/filter.ts';
import { interfacesCommand } from './commands/interfaces.ts';
import { mtrCommand } from './commands/mtr.ts';
import { pingCommand } from './commands/ping.ts';
import { readCommand } from './commands/read.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tracerouteCommand } from './commands/traceroute.ts';
import { createContext } from './context.ts';
import { exitCodeOf } from './exit-code.ts';

const EPILOGUE =
  'Exit status: 0 done, 1 failed, 2 wrong command line or filter, 3 missing privilege, 4 no such interface or it went ' +
  'away, 5 disk full (the file holds all whole records), 6 damaged or unknown file.';

/** Parses, runs, and returns the exit status. */
async function main(words: readonly string[]): Promise<number> {
  const context = createContext();
  let status = 0;
  const parser = yargs(words.map(spellOutFamily))
    .scriptName('tapline')
    .usage('$0 <command>\n\nPackets and network diagnostics without libpcap.')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .command(captureCommand(context))
    .command(readCommand(context))
    .command(filterCommand(context))
    .command(interfacesCommand(context))
    .command(pingCommand(context))
    .command(tracerouteCommand(context))
    .command(mtrCommand(context))
    .command(sweepCommand(context))
    .command(demoCommand(context))
    .demandCommand(1, 'which command? `tapline --help` lists them')
    .strict()
    .version(packageVersion())
    .help()
    .alias('help', 'h')
    .epilogue(EPILOGUE)
    .wrap(Math.min(120, context.stderr.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new StackError('USAGE', message);
    });
  try {
    await parser.parseAsync();
    status = Number(process.exitCode ?? 0);
  } catch (error) {
    context.stderr.write(`tapline: ${error instanceof StackError ? error.toText() : messageOf(error)}\n`);
    status = exitCodeOf(error);
  }
  await Promise.all([context.stdout.drain(), context.stderr.drain()]);
  return status;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** yargs takes `-4` and `-6` for numbers. */
function spellOutFamily(word: string): string {
  return word === '-4' || word === '-6' ? `--ipv${word.slice(1)}` : word;
}

process.exitCode = await main(hideBin(process.argv));
