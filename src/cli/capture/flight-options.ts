/** Options of `tapline capture` that make it a flight recorder. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';

type FlightWords = ReturnType<typeof flightOptions> extends Argv<infer Arguments> ? Arguments : never;

export function flightOptions<T>(command: Argv<T>) {
  return command
    .option('trigger', {
      type: 'string',
      default: [] as string[],
      array: true,
      describe: 'keep the past in memory; write it, and what follows, when a frame matches this expression',
    })
    .option('before', { type: 'string', describe: 'with --trigger: seconds of the past to write, or as 64MiB (30)' })
    .option('after', { type: 'string', describe: 'with --trigger: seconds to go on for (10)' })
    .option('history', { type: 'string', describe: 'with --trigger: MiB of memory for the past (64)' })
    .option('max-triggers', { type: 'string', describe: 'with --trigger: end after so many' });
}

/** Whether the words ask for a flight recorder. @throws StackError `USAGE` for its options without one */
export function isFlightRecording(words: FlightWords): boolean {
  if (words.trigger.length > 0) return true;
  const given = (['before', 'after', 'history', 'max-triggers'] as const).find((name) => words[name] !== undefined);
  if (given !== undefined) throw new StackError('USAGE', `--${given} goes with --trigger EXPRESSION`);
  return false;
}
