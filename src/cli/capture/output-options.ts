/** Options for the files that a run writes. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { type Compression, compressionOfName } from '../../pcap/index.ts';
import type { FileSeriesOptions, Rotation } from '../../session/index.ts';
import { fileAccess } from '../file-access.ts';
import { numberOption } from '../options.ts';
import { floorOption, sizeOption } from '../size-option.ts';

export type OutputArguments =
  ReturnType<typeof outputOptions<{ w: string | undefined }>> extends Argv<infer Arguments> ? Arguments : never;

const SIZE = 'SIZE in millions of bytes, or with K, M, G';

export function outputOptions<T>(command: Argv<T>) {
  return command
    .option('C', {
      alias: 'rotate-size',
      type: 'string',
      describe: `begin the next file before this one exceeds SIZE, before compression (${SIZE})`,
    })
    .option('G', {
      alias: 'rotate-seconds',
      type: 'string',
      describe: 'begin the next file N seconds after the first frame of this one',
    })
    .option('aligned', { type: 'boolean', default: false, describe: 'with -G: at multiples of N on the wall clock' })
    .option('rotate-packets', { type: 'string', describe: 'begin the next file after N frames' })
    .option('W', {
      alias: 'file-count',
      type: 'string',
      describe: 'as tcpdump: --ring, or --stop-files when only -G is given',
    })
    .option('ring', { type: 'string', describe: 'keep N files, delete the oldest' })
    .option('stop-files', { type: 'string', describe: 'stop after N files' })
    .option('stop-size', {
      type: 'string',
      describe: 'stop before all files together exceed SIZE, before compression',
    })
    .option('quota', {
      type: 'string',
      describe: 'maximum SIZE of all files on the disk: a ring deletes its oldest, otherwise stop',
    })
    .option('min-free', { type: 'string', describe: 'minimum free space on the disk: SIZE or N% (64M, at most 1%)' })
    .option('compress', {
      choices: ['none', 'gzip', 'zstd'] as const,
      describe: 'compress while writing (by the extension: .gz, .zst)',
    })
    .option('overwrite', { type: 'boolean', default: false, describe: 'overwrite existing files of a series' })
    .option('utc', { type: 'boolean', default: false, describe: 'use UTC in file names and for --aligned' })
    .option('mode', { type: 'string', describe: 'permission bits of the files, in octal (600; with --group 640)' })
    .option('group', { type: 'string', describe: 'group of the files, by name or number' })
    .option('z', { alias: 'on-rotate', type: 'string', describe: 'run PROGRAM for each closed file' })
    .option('on-rotate-argument', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'argument for --on-rotate, repeatable; {} is the file (only the file)',
    });
}

/** The compression of the files of `-w`: the option, or the extension of the name. */
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
  ['mode', '--mode'],
  ['group', '--group'],
] as const;

/** Refuses options about files when there is no `-w`. @throws StackError `USAGE` */
export function refuseFileOptions(words: OutputArguments): void {
  const isGiven = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const given = NEEDS_FILE.find(([key]) => isGiven(words[key]));
  if (given !== undefined) throw new StackError('USAGE', `${given[1]} needs -w FILE`);
}

/**
 * @param otherwise the rotation when the options give none
 * @throws StackError `USAGE` for options that exclude each other
 */
export function seriesOptions(words: OutputArguments, otherwise?: Rotation): FileSeriesOptions {
  const rotation = rotationOf(words) ?? otherwise;
  const { ring, fileLimit } = fileCounts(words, rotation);
  if (rotation === undefined && (ring ?? fileLimit) !== undefined) {
    throw new StackError(
      'USAGE',
      'a number of files (-W, --ring, --stop-files) needs a rotation: add -C, -G or --rotate-packets',
    );
  }
  if (words.z === undefined && words['on-rotate-argument'].length > 0) {
    throw new StackError('USAGE', '--on-rotate-argument needs --on-rotate');
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

function rotationOf(words: OutputArguments): Rotation | undefined {
  const bytes = sizeOption('-C', words.C);
  const frames = numberOption('--rotate-packets', words['rotate-packets'], { least: 1 });
  const seconds = numberOption('-G', words.G, { least: 1 });
  if (words.aligned && seconds === undefined) throw new StackError('USAGE', '--aligned needs -G');
  if (bytes === undefined && frames === undefined && seconds === undefined) return undefined;
  return defined({ bytes, frames, seconds, aligned: words.aligned });
}

/** `-W` means what it means to tcpdump: a ring with a size, a limit with only a time. */
function fileCounts(
  words: OutputArguments,
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
