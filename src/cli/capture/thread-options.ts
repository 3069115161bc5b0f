/** `--threads`, `--fanout` and `--merge`. @module */
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { FileSeriesOptions } from '../../session/index.ts';
import { numberOption } from '../options.ts';
import type { OutputFiles } from './output-options.ts';

/** Maximum number of sockets in a fanout group (net/packet/internal.h, PACKET_FANOUT_MAX). */
const MAX_THREADS = 256;

/** How several threads or rings share an interface. */
export interface ThreadSettings {
  readonly count: number;
  readonly fanout: 'hash' | 'cpu' | 'rollover';
  /** Merge the frames of all rings into one output in chronological order, in one thread. */
  readonly isMerged: boolean;
  /** What each thread observes so that all together observe the limits. */
  readonly limits: Pick<FileSeriesOptions, 'frameLimit' | 'ring' | 'quota'>;
}

interface ThreadWords {
  readonly i: readonly string[];
  readonly threads: string | undefined;
  readonly fanout: ThreadSettings['fanout'];
  readonly merge: boolean;
}

/** @returns undefined without `--threads` @throws StackError `USAGE` */
export function parseThreads(
  words: ThreadWords,
  output: OutputFiles | undefined,
  frameLimit: number | undefined,
): ThreadSettings | undefined {
  const count = numberOption('--threads', words.threads, { least: 1, most: MAX_THREADS });
  const { fanout, merge: isMerged } = words;
  if (count === undefined) {
    if (isMerged) throw new StackError('USAGE', '--merge needs --threads');
    return undefined;
  }
  if (words.i.length > 1) throw new StackError('USAGE', '--threads needs a single -i: all threads share one interface');
  if (isMerged) return { count, fanout, isMerged, limits: {} };
  if (output === undefined || output.path === '-') {
    throw new StackError('USAGE', '--threads needs -w FILE, one file per thread, or --merge for a single output');
  }
  return { count, fanout, isMerged, limits: threadLimits(count, frameLimit, output.series) };
}

/**
 * Limits that end the capture are counted in a ledger that all threads share. A ring deletes only its own files, so each
 * thread gets its share of files and quota.
 */
function threadLimits(
  count: number,
  frameLimit: number | undefined,
  { ring, fileLimit, quota }: FileSeriesOptions,
): ThreadSettings['limits'] {
  const files = ring ?? fileLimit;
  if (files !== undefined && files < count) {
    throw new StackError('USAGE', `${count} threads write at least ${count} files, more than the limit of ${files}`);
  }
  return defined({
    frameLimit,
    ring: ring === undefined ? undefined : Math.floor(ring / count),
    quota: ring === undefined || quota === undefined ? undefined : Math.floor(quota / count),
  });
}

/** Returns the file of one thread: `mail.pcap.gz` becomes `mail-0.pcap.gz`, `mail-1.pcap.gz` and so on. */
export function threadFile(path: string, thread: number): string {
  const [, stem = path, extension = ''] = /^(.*?)((?:\.[^./]+)?(?:\.(?:gz|zst))?)$/s.exec(path) ?? [];
  return `${stem}-${thread}${extension}`;
}
