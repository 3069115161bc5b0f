/** What the blocks of a PCAPNG file tell beside frames. @module */
import { formatIpv4, formatIpv6, formatMac } from '../../base/address.ts';
import {
  BlockType,
  type BlockView,
  commentsOf,
  dropsBefore,
  isPacketBlock,
  OptionCode,
  optionsOf,
  readOrdered32,
} from '../../pcap/index.ts';

/** Maximum number of listed comments, sections, and addresses of an interface. */
const MAX_LISTED = 1000;
/** Maximum length of all listed texts in characters, so that a hostile file does not fill the memory. */
const MAX_TEXT = 16 << 20;

export interface SectionFacts {
  readonly byteOrder: 'little-endian' | 'big-endian';
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly application?: string;
  readonly comments: readonly string[];
}

/** Counters of the last statistics block of an interface; those that the block contains. */
interface StatisticsFacts {
  readonly received?: number;
  readonly dropped?: number;
  readonly filterAccepted?: number;
  readonly systemDropped?: number;
  readonly delivered?: number;
}

/** What an interface description tells, apart from the fields of `CaptureInterface`. */
export interface InterfaceFacts {
  /** Unit of the timestamps, for instance `10^-9 s`. */
  readonly resolution?: string;
  readonly hardware?: string;
  readonly operatingSystem?: string;
  readonly mac?: string;
  readonly addresses?: readonly string[];
  /** Bits per second. */
  readonly speed?: number;
  readonly comments: readonly string[];
  readonly statistics?: StatisticsFacts;
}

export interface PacketComment {
  /** Number of the frame in the file, from 1. */
  readonly frame: number;
  readonly text: string;
}

const STATISTICS: Readonly<Record<number, keyof StatisticsFacts>> = {
  [OptionCode.statisticsReceived]: 'received',
  [OptionCode.statisticsDropped]: 'dropped',
  [OptionCode.statisticsFilterAccepted]: 'filterAccepted',
  [OptionCode.statisticsSystemDropped]: 'systemDropped',
  [OptionCode.statisticsDelivered]: 'delivered',
};

export class BlockFacts {
  readonly sections: SectionFacts[] = [];
  readonly interfaces: InterfaceFacts[] = [];
  readonly comments: PacketComment[] = [];
  commentCount = 0;
  drops = 0;
  nameBlocks = 0;
  secretBlocks = 0;
  customBlocks = 0;
  unknownBlocks = 0;
  #frames = 0;
  #textLength = 0;

  /** Returns whether a packet block has a time. */
  isTimed({ type }: BlockView): boolean {
    return type !== BlockType.simplePacket;
  }

  add(block: BlockView): void {
    if (isPacketBlock(block.type)) {
      this.#addPacket(block);
      return;
    }
    switch (block.type) {
      case BlockType.sectionHeader:
        if (this.sections.length < MAX_LISTED) this.sections.push(this.#readSection(block));
        break;
      case BlockType.interfaceDescription:
        this.interfaces.push(this.#readInterface(block));
        break;
      case BlockType.interfaceStatistics:
        this.#addStatistics(block);
        break;
      case BlockType.nameResolution:
        this.nameBlocks += 1;
        break;
      case BlockType.decryptionSecrets:
        this.secretBlocks += 1;
        break;
      case BlockType.custom:
      case BlockType.customNotCopied:
        this.customBlocks += 1;
        break;
      case BlockType.filler:
        break;
      default:
        this.unknownBlocks += 1;
    }
  }

  #addPacket(block: BlockView): void {
    this.#frames += 1;
    this.drops += dropsBefore(block) ?? 0;
    const comments = commentsOf(block);
    this.commentCount += comments.length;
    for (const text of comments) {
      if (this.comments.length < MAX_LISTED) this.comments.push({ frame: this.#frames, text: this.#keep(text) });
    }
  }

  #readSection(block: BlockView): SectionFacts {
    const facts: { -readonly [Key in keyof SectionFacts]: SectionFacts[Key] } = {
      byteOrder: block.littleEndian ? 'little-endian' : 'big-endian',
      comments: this.#keepAll(commentsOf(block)),
    };
    const option = optionsOf(block);
    while (option.next()) {
      if (option.code === OptionCode.hardware) facts.hardware = this.#keep(option.text());
      else if (option.code === OptionCode.operatingSystem) facts.operatingSystem = this.#keep(option.text());
      else if (option.code === OptionCode.userApplication) facts.application = this.#keep(option.text());
    }
    return facts;
  }

  #readInterface(block: BlockView): InterfaceFacts {
    const facts: { -readonly [Key in keyof InterfaceFacts]: InterfaceFacts[Key] } = {
      resolution: '10^-6 s',
      comments: this.#keepAll(commentsOf(block)),
    };
    const addresses: string[] = [];
    const option = optionsOf(block);
    while (option.next()) {
      const { code, length, start } = option;
      const { data } = block;
      if (code === OptionCode.interfaceTimestampResolution && length === 1) {
        const value = data[start] ?? 0;
        facts.resolution = value < 0x80 ? `10^-${value} s` : `2^-${value & 0x7f} s`;
      } else if (code === OptionCode.interfaceHardware) facts.hardware = this.#keep(option.text());
      else if (code === OptionCode.interfaceOperatingSystem) facts.operatingSystem = this.#keep(option.text());
      else if (code === OptionCode.interfaceMacAddress && length === 6) facts.mac = formatMac(data, start);
      else if (code === OptionCode.interfaceSpeed && length === 8) facts.speed = option.unsigned64();
      else if (addresses.length === MAX_LISTED) continue;
      else if (code === OptionCode.interfaceAddress4 && length === 8) addresses.push(formatIpv4(data, start));
      else if (code === OptionCode.interfaceAddress6 && length === 17) addresses.push(formatIpv6(data, start));
    }
    if (addresses.length > 0) facts.addresses = addresses;
    return facts;
  }

  #addStatistics(block: BlockView): void {
    const { data, offset, length, littleEndian, sectionBase } = block;
    if (length < 24) return;
    const index = sectionBase + readOrdered32(data, offset + 8, littleEndian);
    const described = this.interfaces[index];
    if (described === undefined) return;
    const statistics: { -readonly [Key in keyof StatisticsFacts]: StatisticsFacts[Key] } = {};
    const option = optionsOf(block);
    while (option.next()) {
      const name = STATISTICS[option.code];
      if (name !== undefined && option.length === 8) statistics[name] = option.unsigned64();
    }
    this.interfaces[index] = { ...described, statistics };
  }

  #keepAll(texts: readonly string[]): string[] {
    return texts.map((text) => this.#keep(text));
  }

  #keep(text: string): string {
    if (this.#textLength + text.length > MAX_TEXT) return '...';
    this.#textLength += text.length;
    return text;
  }
}
