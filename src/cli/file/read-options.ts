/** The command line of `tapline read`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { PacketPrintOptions } from '../../report/index.ts';
import type { SelectionOptions } from '../../session/index.ts';
import { type OutputFiles, outputOptions, parseOutput } from '../capture/output-options.ts';
import { parseStopTexts, type StopTexts } from '../capture/stop-message.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { type FilterSource, filterFile, filterWords, numberOption, parseFilter } from '../options.ts';
import { parsePrint, printOptions } from '../print-options.ts';
import { TIME_FORMS, timeOption } from '../time-option.ts';

export type ReadArguments = ReturnType<typeof readOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface ReadCommand {
  /** `-` is standard input. */
  readonly file: string;
  readonly filter: FilterSource;
  readonly frameLimit: number | undefined;
  readonly selection: SelectionOptions;
  readonly countsOnly: boolean;
  /** Leave out of PCAPNG files what may tell secrets. */
  readonly strip: boolean;
  /** Print comments and drop counts. */
  readonly comments: boolean;
  /** Undefined: print lines. */
  readonly output: OutputFiles | undefined;
  readonly print: PacketPrintOptions;
  readonly stopTexts: StopTexts;
}

/** The file to read, of `read` and `replay`. */
export const INPUT_FILE = {
  type: 'string',
  demandOption: true,
  describe: 'PCAP or PCAPNG file, also compressed with gzip or zstd; - for standard input',
} as const;

export function readOptions(command: Argv) {
  const { flag } = optionGroup(FrameGroup.lines);
  const { value } = optionGroup(FrameGroup.limits);
  const input = filterWords(command.positional('file', INPUT_FILE))
    .option('F', filterFile(FrameGroup.file))
    .option('c', value('number of frames to read', { alias: 'count', defaultDescription: 'no limit' }))
    .option('skip', value('skip the first N matching frames'))
    .option('from', value(`read frames from this time on: ${TIME_FORMS}`))
    .option('to', value('read frames before this time'))
    .option('no-comments', flag('do not print comments and drop counts of PCAPNG files'))
    .option('count-only', flag('print only the number of matching frames'))
    .option(
      'strip',
      optionGroup(FrameGroup.files).flag(
        'leave out of PCAPNG files what may tell secrets: decryption keys, names, comments, custom and unknown blocks and options',
      ),
    );
  return outputOptions(printOptions(input));
}

/** @throws StackError `USAGE` */
export function parseRead(words: ReadArguments): ReadCommand {
  const output = parseOutput(words);
  const countsOnly = words['count-only'];
  if (words.strip && output === undefined) throw new StackError('USAGE', '--strip needs -w FILE');
  if (countsOnly && output !== undefined) throw new StackError('USAGE', '--count-only and -w exclude each other');
  const { limit: _, ...stopTexts } = parseStopTexts(words); // the end of `-c` frames is no surprise
  return {
    file: words.file,
    filter: parseFilter(words),
    frameLimit: numberOption('-c', words.c, { least: 1 }),
    selection: parseSelection(words),
    countsOnly,
    strip: words.strip,
    comments: !words['no-comments'],
    output,
    print: parsePrint(words),
    stopTexts,
  };
}

/** @throws StackError `USAGE` */
function parseSelection(words: Pick<ReadArguments, 'from' | 'to' | 'skip'>): SelectionOptions {
  return defined({
    from: timeOption('--from', words.from),
    to: timeOption('--to', words.to),
    skip: numberOption('--skip', words.skip),
  });
}
