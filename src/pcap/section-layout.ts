/** Layout of PCAPNG blocks as another program wrote them: in either byte order, with all kinds of packet blocks. @module */
import { readOrdered32 } from './byte-order.ts';
import type { CaptureInterface } from './capture-interface.ts';
import { EnhancedPacket } from './enhanced-packet.ts';
import { BLOCK_OVERHEAD, BlockType, BYTE_ORDER_MAGIC, isPacketBlock } from './format.ts';
import { interfaceNumberOf } from './packet-block.ts';
import { isSectionHeader } from './pcapng-parser.ts';
import type { FrameLayout } from './record-layout.ts';
import { TickScale } from './tick-scale.ts';

const SECTION_BYTE_ORDER = 8;
/** Length of a simple packet block without its frame. */
const SIMPLE_OVERHEAD = BLOCK_OVERHEAD + 4;

/** A file that describes more interfaces while it is read. */
interface DescribedFile {
  readonly interfaces: readonly CaptureInterface[];
}

/** Walks the blocks of one section, or of a file from its beginning: every section header sets the byte order. */
export class SectionLayout implements FrameLayout {
  readonly headLength = BLOCK_OVERHEAD;
  /** Byte order of the section. */
  littleEndian = true;
  /** Index in the interfaces of the first one of the section. */
  sectionBase = 0;
  readonly #file: DescribedFile;
  readonly #scales: TickScale[] = [];

  constructor(file: DescribedFile = { interfaces: [] }) {
    this.#file = file;
  }

  recordLength(bytes: Uint8Array, at: number): number {
    if (isSectionHeader(bytes, at)) {
      this.littleEndian = readOrdered32(bytes, at + SECTION_BYTE_ORDER, true) === BYTE_ORDER_MAGIC;
    }
    return readOrdered32(bytes, at + EnhancedPacket.length, this.littleEndian);
  }

  isFrame(bytes: Uint8Array, at: number): boolean {
    return isPacketBlock(readOrdered32(bytes, at, this.littleEndian));
  }

  capturedLength(bytes: Uint8Array, at: number): number {
    const little = this.littleEndian;
    if (readOrdered32(bytes, at, little) !== BlockType.simplePacket) {
      return readOrdered32(bytes, at + EnhancedPacket.capturedLength, little);
    }
    const wireLength = readOrdered32(bytes, at + 8, little);
    return Math.min(wireLength, this.recordLength(bytes, at) - SIMPLE_OVERHEAD);
  }

  /** Returns whole seconds since 1970; 0 for simple packets, which have no time. */
  seconds(bytes: Uint8Array, at: number): number {
    const little = this.littleEndian;
    if (readOrdered32(bytes, at, little) === BlockType.simplePacket) return 0;
    const scale = this.scaleOf(this.sectionBase + interfaceNumberOf(bytes, at, little));
    scale.set(
      readOrdered32(bytes, at + EnhancedPacket.timeHigh, little),
      readOrdered32(bytes, at + EnhancedPacket.timeLow, little),
    );
    return scale.seconds;
  }

  /** Returns the time scale of an interface. */
  scaleOf(interfaceIndex: number): TickScale {
    let scale = this.#scales[interfaceIndex];
    if (scale === undefined) {
      const { timestampResolution, timestampOffset } = this.#file.interfaces[interfaceIndex] ?? {};
      scale = new TickScale(timestampResolution, timestampOffset);
      this.#scales[interfaceIndex] = scale;
    }
    return scale;
  }
}
