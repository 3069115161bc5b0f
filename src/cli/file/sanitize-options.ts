/** The command line of `tapline sanitize`. @module */
import type { Argv } from 'yargs';
import type { PayloadRemoval } from '../../session/index.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { filterFile, filterWords } from '../options.ts';
import { type FileRewrite, parseFileRewrite, rewriteOptions } from './file-rewrite-options.ts';
import { INPUT_FILE } from './read-options.ts';

export type SanitizeArguments = ReturnType<typeof sanitizeOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface SanitizeCommand extends FileRewrite {
  /** File with the key; undefined: a random key. */
  readonly keyFile: string | undefined;
  readonly payload: PayloadRemoval;
}

const GROUP = 'What to remove:';

export function sanitizeOptions(command: Argv) {
  const { value } = optionGroup(GROUP);
  const input = filterWords(command.positional('file', INPUT_FILE))
    .option('F', filterFile(FrameGroup.file))
    .option(
      'key',
      value('file with the key of the address mapping: the same key maps the same addresses alike', {
        defaultDescription: 'a random key',
      }),
    )
    .option('payload', {
      choices: ['cut', 'zero'] as const,
      default: 'cut' as const,
      group: GROUP,
      describe: 'cut: frames end after the last known header; zero: overwrite everything else with zeros',
    });
  return rewriteOptions(input);
}

/** @throws StackError `USAGE` */
export function parseSanitize(words: SanitizeArguments): SanitizeCommand {
  return { ...parseFileRewrite(words), keyFile: words.key, payload: words.payload };
}
