/** The command line of `tapline read`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { PacketPrintOptions } from '../../report/index.ts';
import type { SelectionOptions } from '../../session/index.ts';
import { type OutputFiles, outputOptions, parseOutput } from '../capture/output-options.ts';
import { parseStopTexts, type StopTexts } from '../capture/stop-message.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { type FilterSource, filterFile, filterWords, noOptimize, numberOption, parseFilter } from '../options.ts';
import { acceptedOptions, parsePrint, printOptions } from '../print-options.ts';
import { TIME_FORMS, timeOption } from '../time-option.ts';

export type ReadArguments = ReturnType<typeof readOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface ReadCommand {
  /** `-` is standard input. */
  readonly file: string;
  /** `file` is a list of the files to read, one per line. */
  readonly isList: boolean;
  readonly filter: FilterSource;
  readonly optimize: boolean;
  readonly frameLimit: number | undefined;
  readonly selection: SelectionOptions;
  /** Not 0: print the program of the filter in this form, and no frames. */
  readonly programForm: number;
  readonly countsOnly: boolean;
  /** Leave out of PCAPNG files what may tell secrets. */
  readonly strip: boolean;
  /** Print comments and drop counts. */
  readonly comments: boolean;
  /** Undefined: print lines. */
  readonly output: OutputFiles | undefined;
  /** Print lines as well as writing `output`. */
  readonly printsToo: boolean;
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
  const input = filterWords(command.positional('file', { ...INPUT_FILE, demandOption: false }))
    .option('V', fileList(FrameGroup.file))
    .option('F', filterFile(FrameGroup.file))
    .option('d', programForm(FrameGroup.lines))
    .option('c', value('number of frames to read', { alias: 'packets', defaultDescription: 'no limit' }))
    .option('skip', value('skip the first N matching frames'))
    .option('from', value(`read frames from this time on: ${TIME_FORMS}`))
    .option('to', value('read frames before this time'))
    .option('no-comments', flag('do not print comments and drop counts of PCAPNG files'))
    .option(
      'strip',
      optionGroup(FrameGroup.files).flag(
        'leave out of PCAPNG files what may tell secrets: decryption keys, names, comments, custom and unknown blocks and options',
      ),
    );
  return acceptedOptions(outputOptions(printOptions(input))).option('O', noOptimize(FrameGroup.advanced));
}

/** Declares `-V`. */
export function fileList(group: string) {
  return optionGroup(group).value('read the files listed in FILE, one name per line; - for standard input');
}

/** Declares `-d`. */
export function programForm(group: string) {
  return optionGroup(group).count('print the program of the filter: -d as text, -dd as C, -ddd as numbers');
}

/** @throws StackError `USAGE` */
export function parseRead(words: ReadArguments): ReadCommand {
  const output = parseOutput(words);
  if (words.strip && output === undefined) throw new StackError('USAGE', '--strip needs -w FILE');
  const { limit: _, ...stopTexts } = parseStopTexts(words); // the end of `-c` frames is no surprise
  const { V: list, file = list } = words;
  if (file === undefined) throw new StackError('USAGE', 'no file given; usage: tapline read FILE [expression..]');
  // With -V, every word belongs to the filter.
  const expression =
    list === undefined || words.file === undefined ? words.expression : [words.file, ...words.expression];
  return {
    file: list ?? file,
    isList: list !== undefined,
    filter: parseFilter({ F: words.F, expression }),
    optimize: !words.O,
    frameLimit: numberOption('-c', words.c, { least: 1 }),
    selection: parseSelection(words),
    programForm: words.d,
    countsOnly: words.count,
    strip: words.strip,
    comments: !words['no-comments'],
    output,
    printsToo: parsePrintsToo(words),
    print: parsePrint(words),
    stopTexts,
  };
}

/** @throws StackError `USAGE` for options that contradict each other */
export function parsePrintsToo({
  w,
  count,
  print,
}: {
  readonly w: string | undefined;
  readonly count: boolean;
  readonly print: boolean;
}): boolean {
  if (count && w !== undefined) throw new StackError('USAGE', '--count and -w exclude each other');
  if (count && print) throw new StackError('USAGE', '--count and --print exclude each other');
  if (print && w === '-')
    throw new StackError('USAGE', '--print and -w - exclude each other: both use standard output');
  return print && w !== undefined;
}

/** @throws StackError `USAGE` */
function parseSelection(words: Pick<ReadArguments, 'from' | 'to' | 'skip'>): SelectionOptions {
  return defined({
    from: timeOption('--from', words.from),
    to: timeOption('--to', words.to),
    skip: numberOption('--skip', words.skip),
  });
}
