/** Options about the files that a recording writes, and what they say together. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { type Compression, compressionOfName } from '../../pcap/index.ts';
import type { FileSeriesOptions, Rotation } from '../../session/index.ts';
import { numberOption } from '../options.ts';
import { floorOption, sizeOption } from '../size-option.ts';

export type OutputArguments =
  ReturnType<typeof outputOptions<{ w: string | undefined }>> extends Argv<infer Arguments> ? Arguments : never;

const SIZE = 'SIZE is millions of bytes, or K, M, G';

export function outputOptions<T>(command: Argv<T>) {
  return command
    .option('C', { alias: 'rotate-size', type: 'string', describe: `next file before this one exceeds SIZE (${SIZE})` })
    .option('G', {
      alias: 'rotate-seconds',
      type: 'string',
      describe: 'next file so many seconds after the first frame',
    })
    .option('aligned', { type: 'boolean', default: false, describe: 'with -G: at multiples of it on the wall clock' })
    .option('rotate-packets', { type: 'string', describe: 'next file after so many frames' })
    .option('W', {
      alias: 'file-count',
      type: 'string',
      describe: 'as tcpdump: --ring, or --stop-files when only -G says when the next file begins',
    })
    .option('ring', { type: 'string', describe: 'keep so many files, delete the oldest' })
    .option('stop-files', { type: 'string', describe: 'end after so many files' })
    .option('stop-size', { type: 'string', describe: 'end before more than SIZE is written, all files together' })
    .option('quota', {
      type: 'string',
      describe: 'SIZE that the files may have together: a ring deletes for it, or end',
    })
    .option('min-free', { type: 'string', describe: 'SIZE or PERCENT% of the disk that stays free (64M, at most 1%)' })
    .option('compress', {
      choices: ['none', 'gzip', 'zstd'] as const,
      describe: 'pack while writing; by default as the name says (.gz, .zst)',
    })
    .option('overwrite', { type: 'boolean', default: false, describe: 'files of a series take names that exist' })
    .option('utc', { type: 'boolean', default: false, describe: 'file names, and --aligned, in UTC' })
    .option('z', { alias: 'on-rotate', type: 'string', describe: 'run this program for each file that is closed' })
    .option('on-rotate-argument', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'an argument for it, {} is the file; several times for several; by default the file',
    });
}

/** How the files of `-w` are packed: as told, or as the name says. */
export function compressionOf(words: Pick<OutputArguments, 'w' | 'compress'>): Compression {
  return words.compress ?? compressionOfName(words.w ?? '');
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
  ['z', '--on-rotate'],
  ['on-rotate-argument', '--on-rotate-argument'],
  ['aligned', '--aligned'],
  ['overwrite', '--overwrite'],
  ['utc', '--utc'],
] as const;

/** Where there is no `-w`, nothing may be said about its files. @throws StackError `USAGE` */
export function refuseFileOptions(words: OutputArguments): void {
  const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const given = NEEDS_FILE.find(([key]) => isGiven(words[key]));
  if (given !== undefined) throw new StackError('USAGE', `${given[1]} needs -w FILE`);
}

/**
 * @param otherwise where the words say nothing about rotation: what else begins files
 * @throws StackError `USAGE` for what does not go together
 */
export function seriesOptions(words: OutputArguments, otherwise?: Rotation): FileSeriesOptions {
  const rotation = rotationOf(words) ?? otherwise;
  const { ring, fileLimit } = fileCounts(words, rotation);
  if (rotation === undefined && (ring ?? fileLimit) !== undefined) {
    throw new StackError(
      'USAGE',
      'a number of files needs to know when the next one begins: -C, -G or --rotate-packets',
    );
  }
  if (words.z === undefined && words['on-rotate-argument'].length > 0) {
    throw new StackError('USAGE', '--on-rotate-argument is for --on-rotate');
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
  });
}

function rotationOf(words: OutputArguments): Rotation | undefined {
  const bytes = sizeOption('-C', words.C);
  const frames = numberOption('--rotate-packets', words['rotate-packets'], { least: 1 });
  const seconds = numberOption('-G', words.G, { least: 1 });
  if (words.aligned && seconds === undefined) throw new StackError('USAGE', '--aligned is for -G');
  if (bytes === undefined && frames === undefined && seconds === undefined) return undefined;
  return defined({ bytes, frames, seconds, aligned: words.aligned });
}

/** `-W` is tcpdump's: with a size a ring, with nothing but a time an end. */
function fileCounts(
  words: OutputArguments,
  rotation: Rotation | undefined,
): Pick<FileSeriesOptions, 'ring' | 'fileLimit'> {
  const count = numberOption('-W', words.W, { least: 1 });
  const ring = numberOption('--ring', words.ring, { least: 1 });
  const fileLimit = numberOption('--stop-files', words['stop-files'], { least: 1 });
  if (count === undefined) return defined({ ring, fileLimit });
  if (ring !== undefined || fileLimit !== undefined) {
    throw new StackError('USAGE', '-W says what --ring or --stop-files says: give one of them');
  }
  const isRing = rotation?.bytes !== undefined || rotation?.frames !== undefined;
  return isRing ? { ring: count } : { fileLimit: count };
}
