/** What `--threads`, `--fanout` and `--merge` say together. @module */
import { StackError } from '../../base/errors.ts';
import { numberOption } from '../options.ts';
import type { CaptureArguments } from './capture-options.ts';
import { seriesOptions } from './output-options.ts';
import type { ThreadTask } from './thread-messages.ts';

/** Sockets in a fanout group at most (linux/if_packet.h, PACKET_FANOUT_MAX in the kernel). */
const MOST_THREADS = 256;

export interface ThreadChoice {
  /** Undefined: no `--threads`. */
  readonly threads: number | undefined;
  /** One file, in the order of time. */
  readonly merge: boolean;
}

/** @throws StackError `USAGE` for what does not go together */
export function threadChoice(words: CaptureArguments): ThreadChoice {
  const threads = numberOption('--threads', words.threads, { least: 1, most: MOST_THREADS });
  const { merge } = words;
  if (threads === undefined) {
    if (merge) throw new StackError('USAGE', '--merge is for --threads');
    return { threads, merge };
  }
  if (words.i.length > 1) throw new StackError('USAGE', '--threads shares one interface: give one -i');
  if (merge) return { threads, merge };
  if (words.w === undefined || words.w === '-') {
    throw new StackError('USAGE', '--threads writes a file for each: give -w FILE, or --merge for one stream');
  }
  return { threads, merge };
}

/**
 * What one of so many threads has to keep to so that all keep to the limits together. A limit that ends the capture is
 * counted in a ledger by all. A ring deletes its own files only, so each has its share of files and quota.
 * @throws StackError `USAGE` for fewer files than threads, and as `seriesOptions`
 */
export function threadLimits(words: CaptureArguments, count: number): ThreadTask['limits'] {
  const frameLimit = numberOption('-c', words.c, { least: 1 });
  const { ring, fileLimit, quota } = seriesOptions(words);
  const files = ring ?? fileLimit;
  if (files !== undefined && files < count) {
    throw new StackError('USAGE', `${count} threads have a file each: they cannot keep to ${files} in all`);
  }
  return {
    ...(frameLimit === undefined ? {} : { frameLimit }),
    ...(ring === undefined ? {} : { ring: Math.floor(ring / count) }),
    ...(ring === undefined || quota === undefined ? {} : { quota: Math.floor(quota / count) }),
  };
}

/** The file of one thread: `mail.pcap.gz` becomes `mail-0.pcap.gz`, `mail-1.pcap.gz` and so on. */
export function threadFile(path: string, thread: number): string {
  const [, stem = path, extension = ''] = /^(.*?)((?:\.[^./]+)?(?:\.(?:gz|zst))?)$/s.exec(path) ?? [];
  return `${stem}-${thread}${extension}`;
}
