/** The program of the guard process (guard-process.ts starts it). @module */
import { writeSync } from 'node:fs';
import { messageOf } from '../base/errors.ts';
import { GUARD_READY, runGuard } from './guard.ts';
import { openConfigureHost } from './host.ts';
import { DEFAULT_STATE_DIRECTORY, StateDirectory } from './state-directory.ts';
import { answersPing } from './watch.ts';

/** Standard input is a pipe that the starting program holds open, standard output one that it reads until we are ready. */
async function main(): Promise<void> {
  let hasParentEnded = false;
  let isStopped = false;
  process.stdin.on('end', () => {
    hasParentEnded = true;
  });
  process.stdin.on('error', () => {
    hasParentEnded = true;
  });
  process.stdin.resume();
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGPIPE'] as const) process.on(signal, () => undefined);
  process.on('SIGTERM', () => {
    isStopped = true;
  });
  try {
    await using host = openConfigureHost();
    await runGuard({
      host,
      directory: StateDirectory.open(process.env['TAPLINE_STATE_DIR'] ?? DEFAULT_STATE_DIRECTORY),
      answers: answersPing,
      ready: () => tell(GUARD_READY),
      hasParentEnded: () => hasParentEnded,
      isStopped: () => isStopped,
    });
    process.exit(0);
  } catch (error) {
    tell(messageOf(error));
    process.exit(1);
  }
}

function tell(line: string): void {
  try {
    writeSync(1, `${line}\n`);
  } catch {
    // the reader has exited
  }
}

void main();
