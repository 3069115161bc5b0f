/** Where the frames of several interfaces go: lines that say which one, or one file that does. @module */
import { type Clock, type FrameSink, type FrameView, type LinkType, linkTypeName, StackError } from '../base/index.ts';
import { interfaceName, type MergedSource } from '../capture/index.ts';
import { createPcapngWriter, createPcapWriter, type PcapngWriter, type TimestampPrecision } from '../pcap/index.ts';
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
  if (words.w !== undefined) {
    return createMergedFile(words.w, source, { packetBuffered: words.U, precision, clock: context.clock });
  }
  const { interfaces } = source;
  const linkTypeOf = ({ interfaceIndex }: FrameView): LinkType =>
    interfaces[interfaceIndex]?.linkType ?? source.linkType;
  const names = {
    interfaceName: rememberNames(interfaceName),
    sourceName: (interfaceIndex: number) => interfaces[interfaceIndex]?.name,
  };
  return createLineSink(linkTypeOf, { ...printerOptions(words, precision), names }, context.stdout, stop);
}

interface MergedFileOptions {
  readonly packetBuffered: boolean;
  readonly precision: TimestampPrecision;
  readonly clock: Clock;
}

/**
 * PCAPNG, which says of each frame where it came from; a name that ends in `.pcap` asks for classic PCAP, which cannot,
 * and cannot hold several link types either.
 * @throws StackError `USAGE`
 */
function createMergedFile(
  path: string,
  source: MergedSource,
  { packetBuffered, precision, clock }: MergedFileOptions,
): FrameSink {
  const { interfaces, linkType, snapLength } = source;
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
  return new MergedPcapng(createPcapngWriter(path, { packetBuffered }), source, clock);
}

/** All interfaces first, then the frames of each, then the counters of each. */
class MergedPcapng implements FrameSink {
  readonly #writer: PcapngWriter;
  readonly #source: MergedSource;
  readonly #clock: Clock;
  readonly #startTime: number;
  readonly #delivered: number[];

  constructor(writer: PcapngWriter, source: MergedSource, clock: Clock) {
    this.#writer = writer;
    this.#source = source;
    this.#clock = clock;
    this.#startTime = clock.wallTime();
    this.#delivered = source.interfaces.map(() => 0);
    for (const described of source.interfaces) writer.addInterface(described);
  }

  add(frame: FrameView, keep: number): void {
    this.#writer.addTo(frame.interfaceIndex, frame, keep);
    (this.#delivered[frame.interfaceIndex] as number)++;
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  /** @throws OutputError */
  async close(): Promise<void> {
    const wallTime = this.#clock.wallTime();
    try {
      for (const [number, { received, dropped }] of this.#source.interfaceStatistics().entries()) {
        const capture = { startTime: this.#startTime, delivered: this.#delivered[number] ?? 0 };
        this.#writer.addStatistics(number, { received, dropped, wallTime, capture });
      }
    } finally {
      await this.#writer.close();
    }
  }
}
