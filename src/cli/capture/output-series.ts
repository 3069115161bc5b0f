/** What the command line says about the files of `-w`, put together: the series, and the program that follows each file. @module */
import type { FileSeriesOptions, Rotation, StopReason } from '../../session/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { type OutputArguments, seriesOptions } from './output-options.ts';
import { RotateHook } from './rotate-hook.ts';

/**
 * @param rotation the default when the options give none
 * @throws StackError `USAGE`
 */
export function outputSeries(words: OutputArguments, context: CommandContext, rotation?: Rotation): FileSeriesOptions {
  const onWarning = warnOn(context);
  const hook = words.z === undefined ? undefined : new RotateHook(words.z, words['on-rotate-argument'], onWarning);
  return {
    ...seriesOptions(words, rotation),
    onWarning,
    ...(hook === undefined ? {} : { onFile: (file) => hook.run(file.path), onClosed: () => hook.end() }),
  };
}

/** Whether the name means PCAPNG, compressed or not. */
export function isPcapngName(path: string): boolean {
  return /\.pcapng(\.(gz|zst))?$/i.test(path);
}

/** Whether the name means classic PCAP, compressed or not. */
export function isPcapName(path: string): boolean {
  return /\.pcap(\.(gz|zst))?$/i.test(path);
}

const ENDS: Readonly<Partial<Record<StopReason, string>>> = {
  limit: 'so many frames were asked for (-c)',
  duration: 'the time asked for is over (--duration)',
  'byte-limit': 'no more bytes were asked for (--stop-size)',
  'file-limit': 'so many files were asked for (--stop-files, -W)',
  quota: 'the files are as large as they may become together (--quota)',
  'free-space': 'the disk is as full as it may become (--min-free)',
};

/** Why `what` ended that nobody interrupted: a line. @param limit what `limit` means, where it is no number of frames */
export function formatEnd(reason: StopReason, { what = 'the capture', limit = ENDS.limit } = {}): string {
  const text = reason === 'limit' ? limit : ENDS[reason];
  return text === undefined ? '' : `tapline: ${what} ends: ${text}\n`;
}
