/** Options for the files that a run writes. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { type Compression, compressionOfName, type TimestampPrecision } from '../../pcap/index.ts';
import type { FileSeriesOptions, Rotation } from '../../session/index.ts';
import { fileAccess } from '../file-access.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import { numberOption } from '../options.ts';
import { type PrecisionWords, parsePrecision } from '../print-options.ts';
import { floorOption, sizeOption } from '../size-option.ts';

type OutputWords = ReturnType<typeof outputOptions> extends Argv<infer Arguments> ? Arguments : never;

/** The files of `-w`. */
export interface OutputFiles {
  readonly path: string;
  readonly compression: Compression;
  readonly timestampPrecision: TimestampPrecision;
  /** On the whole file; PCAPNG only. */
  readonly comment: string | undefined;
  /** Write each frame immediately. */
  readonly packetBuffered: boolean;
  readonly series: FileSeriesOptions;
  /** The program to run for each closed file, and its arguments. */
  readonly hook: { readonly program: string; readonly programArguments: readonly string[] } | undefined;
}

export function outputOptions<T>(command: Argv<T>) {
  return seriesWords(fileWords(command));
}

function fileWords<T>(command: Argv<T>) {
  const { value } = optionGroup(FrameGroup.files);
  const group = FrameGroup.files;
  return command
    .option(
      'w',
      value(
        'write frames to FILE, as PCAPNG if its name ends in .pcapng, otherwise as PCAP; - for standard output; ' +
          '%Y%m%d and so on, and %N (file number) in the name',
        { alias: 'write' },
      ),
    )
    .option('compress', {
      choices: ['none', 'gzip', 'zstd'] as const,
      group,
      defaultDescription: 'by extension: .gz, .zst',
      describe: 'compress while writing',
    })
    .option('capture-comment', value('comment on the whole file; PCAPNG only'))
    .option('mode', value('permission bits of the files, in octal', { defaultDescription: '600; 640 with --group' }))
    .option('group', value('group of the files, name or number'))
    .option(
      'min-free',
      value('minimum free disk space: N%, or SIZE in millions of bytes or with a suffix K, M, G or T', {
        defaultDescription: '64M, at most 1%',
      }),
    )
    .option('stop-size', value('stop before all files together exceed SIZE, before compression'))
    .option('quota', value('maximum SIZE of all files on disk: a ring deletes its oldest file, otherwise stop'));
}

function seriesWords<T>(command: Argv<T>) {
  const { flag, value, values } = optionGroup(FrameGroup.rotation);
  return command
    .option('C', value('begin a new file before this one exceeds SIZE, before compression', { alias: 'rotate-size' }))
    .option('G', value('begin a new file N seconds after the first frame of this one', { alias: 'rotate-seconds' }))
    .option('aligned', flag('with -G: begin files at multiples of N seconds on the wall clock'))
    .option('rotate-packets', value('begin a new file after N frames'))
    .option(
      'W',
      value('number of files, as in tcpdump: --ring, or --stop-files with -G alone', { alias: 'file-count' }),
    )
    .option('ring', value('keep N files, delete the oldest'))
    .option('stop-files', value('stop after N files'))
    .option('overwrite', flag('overwrite existing files of a series'))
    .option('utc', flag('use UTC in file names and for --aligned'))
    .option('z', value('run PROGRAM for each closed file', { alias: 'on-rotate' }))
    .option(
      'on-rotate-argument',
      values('argument for --on-rotate; {} stands for the file', { defaultDescription: '{}' }),
    );
}

const NEEDS_FILE = [
  ['C', '-C'],
  ['G', '-G'],
  ['rotate-packets', '--rotate-packets'],
  ['W', '-W'],
  ['ring', '--ring'],
  ['stop-files', '--stop-files'],
  ['stop-size', '--stop-size'],
  ['quota', '--quota'],
  ['min-free', '--min-free'],
  ['compress', '--compress'],
  ['capture-comment', '--capture-comment'],
  ['z', '--on-rotate'],
  ['on-rotate-argument', '--on-rotate-argument'],
  ['aligned', '--aligned'],
  ['overwrite', '--overwrite'],
  ['utc', '--utc'],
  ['mode', '--mode'],
  ['group', '--group'],
] as const;

/** Options that `parseOutput` may refuse without `-w`. */
type FileOption = (typeof NEEDS_FILE)[number][0];

/**
 * @param otherwise the rotation if the options give none
 * @param free options that are allowed without `-w`
 * @returns undefined without `-w`
 * @throws StackError `USAGE` for options that need `-w`, or exclude each other
 */
export function parseOutput(
  words: OutputWords & PrecisionWords & { readonly U?: boolean },
  { otherwise, free = [] }: { readonly otherwise?: Rotation | undefined; readonly free?: readonly FileOption[] } = {},
): OutputFiles | undefined {
  if (words.w === undefined) {
    const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));
    const given = NEEDS_FILE.find(([key]) => isGiven(words[key]) && !free.includes(key));
    if (given !== undefined) throw new StackError('USAGE', `${given[1]} needs -w FILE`);
    return undefined;
  }
  const programArguments = words['on-rotate-argument'];
  if (words.z === undefined && programArguments.length > 0) {
    throw new StackError('USAGE', '--on-rotate-argument needs --on-rotate');
  }
  return {
    path: words.w,
    compression: words.compress ?? compressionOfName(words.w),
    timestampPrecision: parsePrecision(words),
    comment: words['capture-comment'],
    packetBuffered: words.U ?? false,
    series: parseSeries(words, otherwise),
    hook: words.z === undefined ? undefined : { program: words.z, programArguments },
  };
}

function parseSeries(words: OutputWords, otherwise: Rotation | undefined): FileSeriesOptions {
  const rotation = parseRotation(words) ?? otherwise;
  const { ring, fileLimit } = parseFileCount(words, rotation);
  if (rotation === undefined && (ring ?? fileLimit) !== undefined) {
    throw new StackError(
      'USAGE',
      'a number of files (-W, --ring, --stop-files) needs a rotation: add -C, -G or --rotate-packets',
    );
  }
  return defined({
    rotation,
    ring,
    fileLimit,
    byteLimit: sizeOption('--stop-size', words['stop-size']),
    quota: sizeOption('--quota', words.quota),
    freeSpace: floorOption('--min-free', words['min-free']),
    utc: words.utc,
    overwrite: words.overwrite,
    ...fileAccess(words),
  });
}

function parseRotation(words: OutputWords): Rotation | undefined {
  const bytes = sizeOption('-C', words.C);
  const frames = numberOption('--rotate-packets', words['rotate-packets'], { least: 1 });
  const seconds = numberOption('-G', words.G, { least: 1 });
  if (words.aligned && seconds === undefined) throw new StackError('USAGE', '--aligned needs -G');
  if (bytes === undefined && frames === undefined && seconds === undefined) return undefined;
  return defined({ bytes, frames, seconds, aligned: words.aligned });
}

/** `-W` means what it means to tcpdump: a ring with a size, a limit with only a time. */
function parseFileCount(
  words: OutputWords,
  rotation: Rotation | undefined,
): Pick<FileSeriesOptions, 'ring' | 'fileLimit'> {
  const count = numberOption('-W', words.W, { least: 1 });
  const ring = numberOption('--ring', words.ring, { least: 1 });
  const fileLimit = numberOption('--stop-files', words['stop-files'], { least: 1 });
  if (count === undefined) return defined({ ring, fileLimit });
  if (ring !== undefined || fileLimit !== undefined) {
    throw new StackError('USAGE', '-W means --ring or --stop-files: give only one of them');
  }
  const isRing = rotation?.bytes !== undefined || rotation?.frames !== undefined;
  return isRing ? { ring: count } : { fileLimit: count };
}
