/** A sink that prints the frames of several interfaces, with the interface on each line. @module */
import type { FrameSink, FrameView } from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { interfaceNames, type MergedSource } from '../../capture/index.ts';
import type { PacketPrintOptions } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { rememberNames } from '../interface-names.ts';
import { createLineSink } from './line-sink.ts';

/** @param stop called when the reader of standard output has exited */
export function createMergedSink(
  print: PacketPrintOptions,
  source: MergedSource,
  context: CommandContext,
  stop: () => void,
): FrameSink {
  const { interfaces } = source;
  const linkTypeOf = ({ interfaceIndex }: FrameView): LinkType =>
    interfaces[interfaceIndex]?.linkType ?? source.linkType;
  const names = {
    interfaceName: rememberNames(interfaceNames()),
    sourceName: (interfaceIndex: number) => interfaces[interfaceIndex]?.name,
  };
  return createLineSink(linkTypeOf, { ...print, names }, context.stdout, stop);
}
