/** Options of the commands that write the frames of a file to others: `edit`, `sanitize`. @module */
import { StackError } from '../../base/errors.ts';
import { type OutputFiles, outputOptions, parseOutput } from '../capture/output-options.ts';
import { parseStopTexts, type StopTexts } from '../capture/stop-message.ts';
import { type FilterSource, parseFilter } from '../options.ts';

/** What is read, and where it is written to. */
export interface FileRewrite {
  /** `-` is standard input. */
  readonly file: string;
  readonly filter: FilterSource;
  readonly output: OutputFiles;
  readonly strip: boolean;
  readonly stopTexts: StopTexts;
}

export const rewriteOptions = outputOptions;

/** @throws StackError `USAGE` */
export function parseFileRewrite(
  words: Parameters<typeof parseOutput>[0] extends infer Words
    ? Omit<Words, 'time-stamp-precision' | 'nano' | 'micro'> & {
        readonly file: string;
        readonly F: string | undefined;
        readonly expression: readonly string[];
        readonly strip?: boolean;
      }
    : never,
): FileRewrite {
  // The precision is that of the input (run-rewrite.ts).
  const output = parseOutput({ ...words, 'time-stamp-precision': 'micro', nano: false, micro: false });
  if (output === undefined) throw new StackError('USAGE', 'no output given; add -w FILE, or -w - for standard output');
  return {
    file: words.file,
    filter: parseFilter(words),
    output,
    strip: words.strip ?? false,
    stopTexts: parseStopTexts(words),
  };
}
