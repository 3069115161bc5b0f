/** The series of files of `-w`, with the program that runs for each file. @module */
import type { FileSeriesOptions } from '../../session/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import type { OutputFiles } from './output-options.ts';
import { RotateHook } from './rotate-hook.ts';

export function outputSeries({ series, hook }: OutputFiles, context: CommandContext): FileSeriesOptions {
  const onWarning = warnOn(context);
  if (hook === undefined) return { ...series, onWarning };
  const runner = new RotateHook(hook.program, hook.programArguments, onWarning);
  return { ...series, onWarning, onFile: (file) => runner.run(file.path), onClosed: () => runner.end() };
}

/** Whether the name means PCAPNG, compressed or not. */
export function isPcapngName(path: string): boolean {
  return /\.pcapng(\.(gz|zst))?$/i.test(path);
}

/** Whether the name means classic PCAP, compressed or not. */
export function isPcapName(path: string): boolean {
  return /\.pcap(\.(gz|zst))?$/i.test(path);
}
