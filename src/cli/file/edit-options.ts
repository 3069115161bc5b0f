/** The command line of `tapline edit`. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { DuplicateOptions, EditOptions, NumberRange } from '../../session/index.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { filterFile, filterWords, numberOption } from '../options.ts';
import { TIME_FORMS, timeOption } from '../time-option.ts';
import { type FileRewrite, parseFileRewrite, rewriteOptions } from './file-rewrite-options.ts';
import { INPUT_FILE } from './read-options.ts';

export type EditArguments = ReturnType<typeof editOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line. */
export interface EditCommand extends FileRewrite {
  readonly edits: EditOptions;
}

const GROUP = 'Edits:';
/** Frames that `--dedup-time` compares at most. */
const MAX_DEDUP_FRAMES = 1_000_000;

export function editOptions(command: Argv) {
  const { flag, value, values } = optionGroup(GROUP);
  const input = filterWords(command.positional('file', INPUT_FILE))
    .option('F', filterFile(FrameGroup.file))
    .option(
      'frames',
      value('keep the frames with these numbers: 1-10,15,20-; numbers count the frames that match EXPRESSION'),
    )
    .option('without-frames', value('leave out the frames with these numbers'))
    .option('from', value(`keep frames from this time on: ${TIME_FORMS}`))
    .option('to', value('keep frames before this time'))
    .option('dedup', value('leave out frames that repeat one of the N frames before them'))
    .option('dedup-time', value('leave out frames that repeat one of the SECONDS before them'))
    .option('snap', value('keep at most N bytes of each frame'))
    .option('shift', value('add SECONDS, also negative or with a fraction, to all times'))
    .option('comment', values('add a comment to a frame of a PCAPNG file: NUMBER:TEXT'))
    .option('drop-comments', flag('remove the comments on frames'))
    .option(
      'strip',
      flag('leave out of PCAPNG files what may tell secrets: decryption keys, names, comments, unknown blocks'),
    );
  return rewriteOptions(input);
}

/** @throws StackError `USAGE` */
export function parseEdit(words: EditArguments): EditCommand {
  return {
    ...parseFileRewrite(words),
    edits: defined({
      from: timeOption('--from', words.from),
      to: timeOption('--to', words.to),
      frames: rangesOption('--frames', words.frames),
      withoutFrames: rangesOption('--without-frames', words['without-frames']),
      duplicates: parseDuplicates(words),
      snapLength: numberOption('--snap', words.snap, { least: 1 }),
      shift: parseShift(words.shift),
      comments: words.comment.length === 0 ? undefined : parseComments(words.comment),
      keepsComments: !words['drop-comments'],
    }),
  };
}

function parseDuplicates(words: Pick<EditArguments, 'dedup' | 'dedup-time'>): DuplicateOptions | undefined {
  const most = MAX_DEDUP_FRAMES;
  const frames = numberOption('--dedup', words.dedup, { least: 1, most });
  const seconds = numberOption('--dedup-time', words['dedup-time'], { fraction: true });
  if (seconds !== undefined) return { frames: frames ?? most, nanoseconds: Math.round(seconds * 1e9) };
  return frames === undefined ? undefined : { frames };
}

/** Reads `1-10,15,20-`. @throws StackError `USAGE` */
function rangesOption(name: string, text: string | undefined): NumberRange[] | undefined {
  return text?.split(',').map((part) => {
    const [, first = '', dash, last = ''] = /^(\d{1,15})(-(\d{1,15})?)?$/.exec(part)?.map((group) => group ?? '') ?? [];
    const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
    const range = { first: Number(first), last: dash === '' ? Number(first) : end };
    if (first !== '' && range.first >= 1 && range.first <= range.last) return range;
    throw new StackError('USAGE', `${name} takes numbers and ranges such as 1-10,15,20-, not ${JSON.stringify(text)}`);
  });
}

/** Splits a signed number of seconds exactly. @throws StackError `USAGE` */
function parseShift(text: string | undefined): EditOptions['shift'] {
  if (text === undefined) return undefined;
  const [whole, sign, digits, fraction = ''] = /^([+-]?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole === undefined) {
    throw new StackError(
      'USAGE',
      `--shift takes a number of seconds such as -3600 or 0.25, not ${JSON.stringify(text)}`,
    );
  }
  const nanoseconds = Number(fraction.padEnd(9, '0'));
  if (sign !== '-') return { seconds: Number(digits), nanoseconds };
  return nanoseconds === 0
    ? { seconds: -Number(digits), nanoseconds: 0 }
    : { seconds: -Number(digits) - 1, nanoseconds: 1e9 - nanoseconds };
}

/** @throws StackError `USAGE` */
function parseComments(words: readonly string[]): Map<number, string[]> {
  const comments = new Map<number, string[]>();
  for (const word of words) {
    const [, number, text = ''] = /^(\d{1,15}):(.+)$/s.exec(word) ?? [];
    if (number === undefined || Number(number) < 1) {
      throw new StackError(
        'USAGE',
        `--comment takes the number of a frame and a text, 7:retransmission for instance, not ${JSON.stringify(word)}`,
      );
    }
    const known = comments.get(Number(number)) ?? [];
    comments.set(Number(number), [...known, text]);
  }
  return comments;
}
