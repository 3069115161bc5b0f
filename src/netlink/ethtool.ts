/** Speed, duplex and link modes of interfaces: the generic netlink family `ethtool` (linux/ethtool_netlink.h). @module */
import { readU8 } from '../base/bytes.ts';
import {
  type Attributes,
  forEachAttribute,
  nestedAttribute,
  readAttributes,
  u8Attribute,
  u32Attribute,
} from './attribute.ts';
import { GENERIC_HEADER_LENGTH, type GenericFamily, genericRequest } from './generic.ts';
import type { NetlinkMessage } from './message.ts';

/** ETHTOOL_MSG_LINKMODES_GET, SET; the answer has the number of GET. */
const LINK_MODES_GET = 4;
const LINK_MODES_SET = 5;

/** ETHTOOL_A_LINKMODES_* */
const HEADER = 1;
const AUTONEGOTIATION = 2;
const OURS = 3;
const PEER = 4;
const SPEED = 5;
const DUPLEX = 6;
/** ETHTOOL_A_HEADER_DEV_INDEX. */
const DEVICE_INDEX = 1;
/** ETHTOOL_A_BITSET_NOMASK, BITS, and ETHTOOL_A_BITSET_BIT_NAME, VALUE. */
const BITS = 3;
const BIT_NAME = 2;
const BIT_VALUE = 3;

const UNKNOWN_SPEED = 0xffff_ffff;
const DUPLEX_NAMES = ['half', 'full'] as const;

export type Duplex = (typeof DUPLEX_NAMES)[number];

/** Media settings of an interface. */
export interface LinkModes {
  readonly autonegotiation: boolean | undefined;
  /** Megabits per second; undefined if unknown, as on a link that is down. */
  readonly speed: number | undefined;
  readonly duplex: Duplex | undefined;
  /** Names of the modes that the driver supports, as the kernel spells them: `1000baseT/Full`, `Autoneg`, `TP`. */
  readonly supported: readonly string[];
  /** Modes that are advertised to the link partner. */
  readonly advertised: readonly string[];
  /** Modes that the link partner advertises. */
  readonly partner: readonly string[];
}

/** Changes; undefined fields are not changed. */
export interface LinkModesChange {
  readonly autonegotiation?: boolean | undefined;
  readonly speed?: number | undefined;
  readonly duplex?: Duplex | undefined;
}

/** Request: the media settings of an interface. */
export function getLinkModes(family: GenericFamily, interfaceIndex: number): NetlinkMessage {
  return genericRequest(family, LINK_MODES_GET, 0, header(interfaceIndex));
}

export function setLinkModes(family: GenericFamily, interfaceIndex: number, change: LinkModesChange): NetlinkMessage {
  const { autonegotiation, speed, duplex } = change;
  return genericRequest(
    family,
    LINK_MODES_SET,
    0,
    header(interfaceIndex),
    u8Attribute(AUTONEGOTIATION, autonegotiation === undefined ? undefined : Number(autonegotiation)),
    u32Attribute(SPEED, speed),
    u8Attribute(DUPLEX, duplex === undefined ? undefined : DUPLEX_NAMES.indexOf(duplex)),
  );
}

/** Decodes the answer to `getLinkModes`; undefined for other or malformed messages. */
export function decodeLinkModes({ payload }: NetlinkMessage): LinkModes | undefined {
  if (payload.length < GENERIC_HEADER_LENGTH || readU8(payload, 0) !== LINK_MODES_GET) return undefined;
  const attributes = readAttributes(payload, GENERIC_HEADER_LENGTH, payload.length);
  if (attributes === undefined) return undefined;
  const autonegotiation = attributes.u8(AUTONEGOTIATION);
  const speed = attributes.u32(SPEED);
  const ours = readBits(attributes, OURS);
  return {
    autonegotiation: autonegotiation === undefined ? undefined : autonegotiation === 1,
    speed: speed === UNKNOWN_SPEED ? undefined : speed,
    duplex: DUPLEX_NAMES[attributes.u8(DUPLEX) ?? -1],
    supported: ours.map(({ name }) => name),
    advertised: ours.filter(({ isSet }) => isSet).map(({ name }) => name),
    partner: readBits(attributes, PEER)
      .filter(({ isSet }) => isSet)
      .map(({ name }) => name),
  };
}

interface Bit {
  readonly name: string;
  readonly isSet: boolean;
}

/** A verbose bitset: the bits of the mask by name. */
function readBits(attributes: Attributes, type: number): Bit[] {
  const bits = attributes.nested(type)?.bytes(BITS) ?? new Uint8Array(0);
  const found: Bit[] = [];
  forEachAttribute(bits, 0, bits.length, (_type, start, end) => {
    const bit = readAttributes(bits, start, end);
    const name = bit?.text(BIT_NAME);
    if (bit !== undefined && name !== undefined) found.push({ name, isSet: bit.has(BIT_VALUE) });
  });
  return found;
}

function header(interfaceIndex: number): Uint8Array {
  return nestedAttribute(HEADER, u32Attribute(DEVICE_INDEX, interfaceIndex));
}
