/** `tapline read -w`: frames of a file into another, in the format that its name asks for. @module */
import { type FrameSink, type FrameView, linkTypeName, StackError } from '../base/index.ts';
import {
  compressionOfName,
  createPcapngWriter,
  createPcapWriter,
  type FileSource,
  type PcapngWriter,
  type TimestampPrecision,
} from '../pcap/index.ts';

/** PCAPNG for a name that ends so, which keeps every interface; classic PCAP otherwise. */
export function createRewriteSink(path: string, source: FileSource, timestampPrecision: TimestampPrecision): FrameSink {
  if (compressionOfName(path) !== 'none') {
    throw new StackError('USAGE', `-w ${path} would not be packed: write to a pipe (-w - | gzip) for that`);
  }
  if (path.toLowerCase().endsWith('.pcapng')) return new PcapngRewrite(createPcapngWriter(path), source);
  const { linkType, snapLength } = source;
  return refuseOtherLinkTypes(createPcapWriter(path, { linkType, snapLength, timestampPrecision }), source);
}

/** Describes each interface before its first frame. */
class PcapngRewrite implements FrameSink {
  readonly #writer: PcapngWriter;
  readonly #source: FileSource;
  readonly #numbers: number[] = [];

  constructor(writer: PcapngWriter, source: FileSource) {
    this.#writer = writer;
    this.#source = source;
  }

  add(frame: FrameView, keep: number): void {
    const { interfaces } = this.#source;
    for (const described of interfaces.slice(this.#numbers.length, frame.interfaceIndex + 1)) {
      this.#numbers.push(this.#writer.addInterface(described));
    }
    this.#writer.addTo(this.#numbers[frame.interfaceIndex] ?? 0, frame, keep);
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }
}

/** A classic file has one link type: frames of another would be read as what they are not. */
function refuseOtherLinkTypes(sink: FrameSink, source: FileSource): FrameSink {
  return {
    add(frame, keep) {
      const linkType = source.interfaces[frame.interfaceIndex]?.linkType ?? source.linkType;
      if (linkType !== source.linkType) {
        throw new StackError(
          'USAGE',
          `a PCAP file of ${linkTypeName(source.linkType)} frames cannot hold one of ${linkTypeName(linkType)}: ` +
            'write to a name that ends in .pcapng',
        );
      }
      sink.add(frame, keep);
    },
    flush: () => sink.flush(),
    close: () => sink.close(),
  };
}
