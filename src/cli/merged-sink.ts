/** Where the frames of several interfaces go: lines that say which one, or one file that does. @module */
import { type FrameSink, type FrameView, type LinkType, linkTypeName, StackError } from '../base/index.ts';
import { interfaceName, type MergedSource } from '../capture/index.ts';
import { createPcapngWriter, createPcapWriter } from '../pcap/index.ts';
import type { CaptureArguments } from './capture-options.ts';
import type { CommandContext } from './context.ts';
import { rememberNames } from './interface-names.ts';
import { createLineSink, printerOptions } from './line-sink.ts';
import { timestampPrecision } from './options.ts';

/** @param stop called when the reader of standard output has gone away */
export function createMergedSink(
  words: CaptureArguments,
  source: MergedSource,
  context: CommandContext,
  stop: () => void,
): FrameSink {
  const precision = timestampPrecision(words);
  if (words.w !== undefined) return createMergedFile(words.w, source, { packetBuffered: words.U, precision });
  const { interfaces } = source;
  const linkTypeOf = ({ interfaceIndex }: FrameView): LinkType =>
    interfaces[interfaceIndex]?.linkType ?? source.linkType;
  const names = {
    interfaceName: rememberNames(interfaceName),
    sourceName: (interfaceIndex: number) => interfaces[interfaceIndex]?.name,
  };
  return createLineSink(linkTypeOf, { ...printerOptions(words, precision), names }, context.stdout, stop);
}

/**
 * PCAPNG, which says of each frame where it came from; a name that ends in `.pcap` asks for classic PCAP, which cannot,
 * and cannot hold several link types either.
 * @throws StackError `USAGE`
 */
function createMergedFile(
  path: string,
  { interfaces, linkType, snapLength }: MergedSource,
  { packetBuffered, precision }: { readonly packetBuffered: boolean; readonly precision: 'micro' | 'nano' },
): FrameSink {
  if (path.toLowerCase().endsWith('.pcap')) {
    const other = interfaces.find((described) => described.linkType !== linkType);
    if (other === undefined) {
      const largest = Math.max(snapLength, ...interfaces.map((described) => described.snapLength));
      return createPcapWriter(path, { linkType, snapLength: largest, timestampPrecision: precision, packetBuffered });
    }
    throw new StackError(
      'USAGE',
      `a PCAP file holds one link type, and ${interfaces[0]?.name} has ${linkTypeName(linkType)}, ` +
        `${other.name} ${linkTypeName(other.linkType)}: write to a name that ends in .pcapng`,
    );
  }
  const writer = createPcapngWriter(path, { packetBuffered });
  for (const described of interfaces) writer.addInterface(described);
  return writer;
}
