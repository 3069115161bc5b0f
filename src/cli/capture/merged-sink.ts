/** Frames of several interfaces on the screen: lines that say which one. @module */
import type { FrameSink, FrameView } from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { interfaceName, type MergedSource } from '../../capture/index.ts';
import type { CommandContext } from '../context.ts';
import { rememberNames } from '../interface-names.ts';
import { timestampPrecision } from '../options.ts';
import type { CaptureArguments } from './capture-options.ts';
import { createLineSink, printerOptions } from './line-sink.ts';

/** @param stop called when the reader of standard output has gone away */
export function createMergedSink(
  words: CaptureArguments,
  source: MergedSource,
  context: CommandContext,
  stop: () => void,
): FrameSink {
  const precision = timestampPrecision(words);
  const { interfaces } = source;
  const linkTypeOf = ({ interfaceIndex }: FrameView): LinkType =>
    interfaces[interfaceIndex]?.linkType ?? source.linkType;
  const names = {
    interfaceName: rememberNames(interfaceName),
    sourceName: (interfaceIndex: number) => interfaces[interfaceIndex]?.name,
  };
  return createLineSink(linkTypeOf, { ...printerOptions(words, precision), names }, context.stdout, stop);
}
