/**
 * `tapline` with all its commands. A command line that begins with the name of a command runs a program with that command
 * only (scripts/bundle.mjs). @module
 */
import { captureCommand } from './commands/capture.ts';
import { demoCommand } from './commands/demo.ts';
import { diagnosticCommand } from './commands/diagnostic.ts';
import { editCommand } from './commands/edit.ts';
import { etherconfigCommand } from './commands/etherconfig.ts';
import { filterCommand } from './commands/filter.ts';
import { infoCommand } from './commands/info.ts';
import { interfacesCommand } from './commands/interfaces.ts';
import { mergeCommand } from './commands/merge.ts';
import { mtrCommand } from './commands/mtr.ts';
import { netstatCommand } from './commands/netstat.ts';
import { pingCommand } from './commands/ping.ts';
import { readCommand } from './commands/read.ts';
import { replayCommand } from './commands/replay.ts';
import { sanitizeCommand } from './commands/sanitize.ts';
import { smtppingCommand } from './commands/smtpping.ts';
import { splitCommand } from './commands/split.ts';
import { supportBundleCommand } from './commands/support-bundle.ts';
import { sweepCommand } from './commands/sweep.ts';
import { tcpservicesCommand } from './commands/tcpservices.ts';
import { tracerouteCommand } from './commands/traceroute.ts';
import { runProgram } from './program.ts';

void runProgram([
  captureCommand,
  readCommand,
  infoCommand,
  editCommand,
  mergeCommand,
  splitCommand,
  sanitizeCommand,
  replayCommand,
  filterCommand,
  interfacesCommand,
  tcpservicesCommand,
  netstatCommand,
  diagnosticCommand,
  pingCommand,
  tracerouteCommand,
  mtrCommand,
  sweepCommand,
  smtppingCommand,
  etherconfigCommand,
  supportBundleCommand,
  demoCommand,
]);
