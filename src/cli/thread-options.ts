/** What `--threads`, `--fanout` and `--merge` say together. @module */
import { StackError } from '../base/index.ts';
import type { CaptureArguments } from './capture-options.ts';
import { numberOption } from './options.ts';

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
  if (words.c !== undefined) throw new StackError('USAGE', '-c counts the frames of one stream: give --merge as well');
  return { threads, merge };
}

/** The file of one thread: `mail.pcap.gz` becomes `mail-0.pcap.gz`, `mail-1.pcap.gz` and so on. */
export function threadFile(path: string, thread: number): string {
  const [, stem = path, extension = ''] = /^(.*?)((?:\.[^./]+)?(?:\.(?:gz|zst))?)$/s.exec(path) ?? [];
  return `${stem}-${thread}${extension}`;
}
