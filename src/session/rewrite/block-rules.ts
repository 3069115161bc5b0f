/** Which blocks and options a rewrite of a PCAPNG file keeps. @module */
import { BlockType, isPacketBlock, OptionCode } from '../../pcap/index.ts';

/**
 * What is left out: `nothing`; `secrets`, everything that may tell secrets apart from the frames themselves; `identity`,
 * also what tells where and how the capture was made.
 */
export type Stripping = 'nothing' | 'secrets' | 'identity';

type Codes = readonly number[];

/** Options that neither comment nor name anything, by block type. */
const HARMLESS: Readonly<Record<number, { readonly secrets: Codes; readonly identity: Codes }>> = {
  [BlockType.sectionHeader]: {
    secrets: [OptionCode.hardware, OptionCode.operatingSystem, OptionCode.userApplication],
    identity: [],
  },
  [BlockType.interfaceDescription]: {
    secrets: [
      OptionCode.interfaceName,
      OptionCode.interfaceSpeed,
      OptionCode.interfaceTimestampResolution,
      OptionCode.interfaceOperatingSystem,
      OptionCode.interfaceFrameCheckLength,
      OptionCode.interfaceTimestampOffset,
      OptionCode.interfaceHardware,
      OptionCode.interfaceTransmitSpeed,
      OptionCode.interfaceReceiveSpeed,
    ],
    identity: [
      OptionCode.interfaceSpeed,
      OptionCode.interfaceTimestampResolution,
      OptionCode.interfaceFrameCheckLength,
      OptionCode.interfaceTimestampOffset,
      OptionCode.interfaceTransmitSpeed,
      OptionCode.interfaceReceiveSpeed,
    ],
  },
  [BlockType.interfaceStatistics]: statisticsCodes(),
};

const PACKET_OPTIONS: readonly number[] = [
  OptionCode.packetFlags,
  OptionCode.packetDrops,
  OptionCode.packetId,
  OptionCode.packetQueue,
  OptionCode.packetVerdict,
];

function statisticsCodes(): { readonly secrets: Codes; readonly identity: Codes } {
  const codes = [
    OptionCode.statisticsStart,
    OptionCode.statisticsEnd,
    OptionCode.statisticsReceived,
    OptionCode.statisticsDropped,
    OptionCode.statisticsFilterAccepted,
    OptionCode.statisticsSystemDropped,
    OptionCode.statisticsDelivered,
  ];
  return { secrets: codes, identity: codes };
}

/** Returns whether a block of this type is kept. */
export function keepsBlock(type: number, stripping: Stripping): boolean {
  return stripping === 'nothing' || isPacketBlock(type) || HARMLESS[type] !== undefined;
}

/** Returns which options of a block of this type are kept; undefined for all. */
export function optionRule(type: number, stripping: Stripping): ((code: number) => boolean) | undefined {
  if (stripping === 'nothing') return undefined;
  const codes = isPacketBlock(type) ? PACKET_OPTIONS : (HARMLESS[type]?.[stripping] ?? []);
  return (code) => codes.includes(code);
}
