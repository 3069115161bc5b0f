/** Options of the commands that write the frames of files to others: `edit`, `sanitize`, `merge`. @module */
import { StackError } from '../../base/errors.ts';
import { type OutputFiles, outputOptions, parseOutput } from '../capture/output-options.ts';
import { parseStopTexts, type StopTexts } from '../capture/stop-message.ts';
import { type FilterSource, parseFilter } from '../options.ts';

/** Where frames are written to. */
export interface FileOutput {
  readonly output: OutputFiles;
  readonly stopTexts: StopTexts;
}

/** What is read, and where it is written to. */
export interface FileRewrite extends FileOutput {
  /** `-` is standard input. */
  readonly file: string;
  readonly filter: FilterSource;
  readonly strip: boolean;
}

type OutputWords = Omit<Parameters<typeof parseOutput>[0], 'time-stamp-precision' | 'nano' | 'micro'>;

interface RewriteWords extends OutputWords {
  readonly file: string;
  readonly F: string | undefined;
  readonly expression: readonly string[];
  readonly strip?: boolean;
}

export const rewriteOptions = outputOptions;

/** @throws StackError `USAGE` */
export function parseFileOutput(words: OutputWords): FileOutput {
  // The precision is that of the input (run-rewrite.ts).
  const output = parseOutput({ ...words, 'time-stamp-precision': 'micro', nano: false, micro: false });
  if (output === undefined) throw new StackError('USAGE', 'no output given; add -w FILE, or -w - for standard output');
  return { output, stopTexts: parseStopTexts(words) };
}

/** @throws StackError `USAGE` */
export function parseFileRewrite(words: RewriteWords): FileRewrite {
  const { file, strip = false } = words;
  return { ...parseFileOutput(words), file, filter: parseFilter(words), strip };
}
