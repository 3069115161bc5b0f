/** The words of a command as the program reads them, and its help with the settings of `src/cli/program.ts`. */
import yargs, { type CommandModule } from 'yargs';
import { readWords as readWordsOf } from '../../src/cli/command-words.ts';
import { captureCommand } from '../../src/cli/commands/capture.ts';
import { demoCommand } from '../../src/cli/commands/demo.ts';
import { diagnosticCommand } from '../../src/cli/commands/diagnostic.ts';
import { etherconfigCommand } from '../../src/cli/commands/etherconfig.ts';
import { interfacesCommand } from '../../src/cli/commands/interfaces.ts';
import { mtrCommand } from '../../src/cli/commands/mtr.ts';
import { netstatCommand } from '../../src/cli/commands/netstat.ts';
import { pingCommand } from '../../src/cli/commands/ping.ts';
import { readCommand } from '../../src/cli/commands/read.ts';
import { replayCommand } from '../../src/cli/commands/replay.ts';
import { smtppingCommand } from '../../src/cli/commands/smtpping.ts';
import { sweepCommand } from '../../src/cli/commands/sweep.ts';
import { tcpservicesCommand } from '../../src/cli/commands/tcpservices.ts';
import { tracerouteCommand } from '../../src/cli/commands/traceroute.ts';
import { createContext } from '../../src/cli/context.ts';
import { declarationsOf } from '../../src/cli/declarations.ts';
import { helpText, KIND_WORDS } from '../../src/cli/help-text.ts';

const context = createContext();

export const pingWords = reader(pingCommand(context));
export const tracerouteWords = reader(tracerouteCommand(context));
export const mtrWords = reader(mtrCommand(context));
export const sweepWords = reader(sweepCommand(context));
export const smtppingWords = reader(smtppingCommand(context));
export const tcpServicesWords = reader(tcpservicesCommand(context));
export const etherconfigWords = reader(etherconfigCommand(context));
export const captureWords = reader(captureCommand(context));
export const readWords = reader(readCommand(context));
export const replayWords = reader(replayCommand(context));
export const netstatWords = reader(netstatCommand(context));
export const diagnosticWords = reader(diagnosticCommand(context));

/** The help screens of the probing commands, 100 columns wide. */
export const PROBE_HELP: Readonly<Record<string, () => Promise<string>>> = {
  ping: () => help(pingCommand(context)),
  traceroute: () => help(tracerouteCommand(context)),
  mtr: () => help(mtrCommand(context)),
  sweep: () => help(sweepCommand(context)),
  smtpping: () => help(smtppingCommand(context)),
};

/** The help screens of the commands for frames. */
export const FRAME_HELP: Readonly<Record<string, () => Promise<string>>> = {
  capture: () => help(captureCommand(context)),
  read: () => help(readCommand(context)),
  replay: () => help(replayCommand(context)),
  interfaces: () => help(interfacesCommand(context)),
  demo: () => help(demoCommand(context)),
};

/** The command as the only one, called by no name. */
function alone<Words>(module: CommandModule<object, Words>): CommandModule {
  const command = String(module.command).replace(/^\S+/, '$0');
  return { ...(module as unknown as CommandModule), command, aliases: [] };
}

function reader<Words>(module: CommandModule<object, Words>): (...words: string[]) => Words {
  const declarations = declarationsOf(module as unknown as CommandModule);
  return (...words) => readWordsOf(words, declarations, '') as Words;
}

async function help<Words>(module: CommandModule<object, Words>): Promise<string> {
  const name = String(module.command).replace(/ .*/, '');
  const text = await yargs([])
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false })
    .locale('en')
    .version(false)
    .scriptName(`tapline ${name}`)
    .updateStrings(KIND_WORDS)
    .command(alone(module))
    .wrap(100)
    .getHelp();
  return helpText(text);
}
