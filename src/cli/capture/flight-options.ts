/** Options that make `tapline capture` a flight recorder. @module */
import { extname } from 'node:path';
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import type { FlightBefore } from '../../session/index.ts';
import { MEBIBYTE } from '../buffer-option.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { numberOption } from '../options.ts';
import type { OutputFiles } from './output-options.ts';
import { isPcapName } from './output-series.ts';

type FlightWords = (ReturnType<typeof flightOptions> extends Argv<infer Arguments> ? Arguments : never) & {
  readonly threads: string | undefined;
  readonly merge: boolean;
  readonly stats: string | undefined;
  readonly 'capture-comment': string | undefined;
  readonly c: string | undefined;
};

/** Settings of the flight recorder. */
export interface FlightSettings {
  /** Its path is that of a PCAPNG file. */
  readonly output: OutputFiles;
  /** Filters. */
  readonly triggers: readonly string[];
  readonly before: FlightBefore;
  /** Milliseconds. */
  readonly after: number;
  /** Bytes. */
  readonly historySize: number;
  readonly maximumTriggers: number | undefined;
}

const MAX_MEBIBYTES = 2048;
const DEFAULT_HISTORY_MEBIBYTES = 64;
/** Room for one batch of the capture, in addition to the requested history. */
const MIN_HISTORY_MEBIBYTES = 8;
const DEFAULT_BEFORE_SECONDS = 30;
const DEFAULT_AFTER_SECONDS = 10;
const MAX_SECONDS = 1e6;

export function flightOptions<T>(command: Argv<T>) {
  const { value, values } = optionGroup(FrameGroup.flight);
  return command
    .option('trigger', values('buffer traffic in memory and write it when a frame matches EXPRESSION'))
    .option(
      'before',
      value('buffered traffic to write: seconds, or a size in MiB (64MiB)', {
        defaultDescription: `${DEFAULT_BEFORE_SECONDS}`,
      }),
    )
    .option(
      'after',
      value('time to write after the trigger, in seconds', { defaultDescription: `${DEFAULT_AFTER_SECONDS}` }),
    )
    .option('history', value('size of the buffer, in MiB', { defaultDescription: `${DEFAULT_HISTORY_MEBIBYTES}` }))
    .option('max-triggers', value('stop after N triggers', { defaultDescription: 'no limit' }));
}

/** @returns undefined without `--trigger` @throws StackError `USAGE` */
export function parseFlight(words: FlightWords, output: OutputFiles | undefined): FlightSettings | undefined {
  if (words.trigger.length === 0) {
    const given = (['before', 'after', 'history', 'max-triggers'] as const).find((name) => words[name] !== undefined);
    if (given !== undefined) throw new StackError('USAGE', `--${given} needs --trigger EXPRESSION`);
    return undefined;
  }
  refuseOthers(words);
  const before = parseBefore(words.before);
  const after = numberOption('--after', words.after, { fraction: true, most: MAX_SECONDS }) ?? DEFAULT_AFTER_SECONDS;
  return {
    output: withFlightPath(output),
    triggers: words.trigger,
    before,
    after: after * 1000,
    historySize: parseHistory(words.history, before),
    maximumTriggers: numberOption('--max-triggers', words['max-triggers'], { least: 1 }),
  };
}

function refuseOthers(words: FlightWords): void {
  if (words.threads !== undefined && !words.merge) {
    throw new StackError('USAGE', '--trigger and --threads need --merge');
  }
  if (words['capture-comment'] !== undefined) {
    throw new StackError('USAGE', '--capture-comment and --trigger exclude each other: the comment names the trigger');
  }
  if (words.stats !== undefined) throw new StackError('USAGE', '--stats and --trigger exclude each other');
  if (words.c !== undefined) throw new StackError('USAGE', '-c and --trigger exclude each other; use --max-triggers');
}

/** Returns the output with the name of a PCAPNG file: PCAP has no comments on frames. */
function withFlightPath(output: OutputFiles | undefined): OutputFiles {
  if (output === undefined || output.path === '-') {
    throw new StackError('USAGE', '--trigger writes files; name them with -w FILE');
  }
  const { path } = output;
  if (isPcapName(path)) {
    throw new StackError('USAGE', `--trigger writes PCAPNG files; use a name that ends in .pcapng, not ${path}`);
  }
  return extname(path) === '' ? { ...output, path: `${path}.pcapng` } : output;
}

function parseBefore(text: string | undefined): FlightBefore {
  const mebibytes = /^(\d+)MiB$/i.exec(text ?? '')?.[1];
  if (mebibytes !== undefined) {
    return { bytes: (numberOption('--before', mebibytes, { least: 1, most: MAX_MEBIBYTES }) ?? 1) * MEBIBYTE };
  }
  const range = { fraction: true, most: MAX_SECONDS };
  return { milliseconds: (numberOption('--before', text, range) ?? DEFAULT_BEFORE_SECONDS) * 1000 };
}

function parseHistory(text: string | undefined, before: FlightBefore): number {
  const range = { least: MIN_HISTORY_MEBIBYTES, most: MAX_MEBIBYTES };
  const given = (numberOption('--history', text, range) ?? DEFAULT_HISTORY_MEBIBYTES) * MEBIBYTE;
  if ('milliseconds' in before) return given;
  if (text !== undefined) throw new StackError('USAGE', '--history and --before in MiB exclude each other');
  return before.bytes + MIN_HISTORY_MEBIBYTES * MEBIBYTE;
}
