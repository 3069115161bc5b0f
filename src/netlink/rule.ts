/** Routing rules, which select the table of a packet: RTM_NEWRULE (linux/fib_rules.h). @module */
import { readU8, readU16le, readU32le } from '../base/bytes.ts';
import { readAttributes } from './attribute.ts';
import { ifAddress } from './family.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** RTM_*RULE. */
const RuleMessageType = { new: 32, get: 34 } as const;

/** FR_ACT_*: what a rule does with matching packets. */
export const RuleAction = { table: 1, goto: 2, nop: 3, blackhole: 6, unreachable: 7, prohibit: 8 } as const;

/** `struct fib_rule_hdr`: family, prefix lengths, tos, table, 2 reserved, action, flags. */
const HEADER_LENGTH = 12;
const FAMILY = 0;
const DESTINATION_LENGTH = 1;
const SOURCE_LENGTH = 2;
const TYPE_OF_SERVICE = 3;
const TABLE_LOW = 4;
const ACTION = 7;
const FLAGS = 8;
/** FIB_RULE_INVERT. */
const INVERT = 0x02;

/** FRA_* */
const DESTINATION = 1;
const SOURCE = 2;
const INPUT_INTERFACE = 3;
const GOTO = 4;
const PRIORITY = 6;
const MARK = 10;
const SUPPRESS_PREFIX_LENGTH = 14;
const TABLE = 15;
const MARK_MASK = 16;
const OUTPUT_INTERFACE = 17;
const L3_MASTER_DEVICE = 19;
const USER_RANGE = 20;
const PROTOCOL = 21;
const IP_PROTOCOL = 22;
const SOURCE_PORTS = 23;
const DESTINATION_PORTS = 24;
/** FRA_SUPPRESS_PREFIXLEN of a rule without it. */
const NO_SUPPRESSION = 0xffff_ffff;

/** Inclusive. */
interface NumberRange {
  readonly first: number;
  readonly last: number;
}

export interface RoutingRule {
  readonly family: number;
  readonly priority: number;
  /** A `RuleAction`. */
  readonly action: number;
  /** 0 if the action is not `table`. */
  readonly table: number;
  /** Matches packets that do not fit the selectors. */
  readonly isInverted: boolean;
  readonly source: Uint8Array | undefined;
  readonly sourceLength: number;
  readonly destination: Uint8Array | undefined;
  readonly destinationLength: number;
  readonly typeOfService: number;
  readonly inputInterface: string | undefined;
  readonly outputInterface: string | undefined;
  readonly mark: number | undefined;
  readonly markMask: number | undefined;
  /** Priority of the rule to continue with. */
  readonly goto: number | undefined;
  /** Matches packets of interfaces of a VRF, and selects its table. */
  readonly isL3MasterDevice: boolean;
  /** Rejects routes with prefixes of this length or less. */
  readonly suppressPrefixLength: number | undefined;
  readonly users: NumberRange | undefined;
  readonly ipProtocol: number | undefined;
  readonly sourcePorts: NumberRange | undefined;
  readonly destinationPorts: NumberRange | undefined;
  /** RTPROT_*: origin of the rule. */
  readonly protocol: number;
}

/** Request: all rules of a family. @param family AF_INET or AF_INET6 */
export function dumpRules(family: number): NetlinkMessage {
  const header = new Uint8Array(HEADER_LENGTH);
  header[FAMILY] = family;
  return { type: RuleMessageType.get, flags: MessageFlag.dump, payload: header };
}

/** Decodes RTM_NEWRULE; undefined for other or malformed messages. */
export function decodeRule(message: NetlinkMessage): RoutingRule | undefined {
  const { payload, type } = message;
  if (type !== RuleMessageType.new) return undefined;
  const attributes = readAttributes(payload, HEADER_LENGTH, payload.length);
  if (attributes === undefined) return undefined;
  const suppressed = attributes.u32(SUPPRESS_PREFIX_LENGTH);
  return {
    family: readU8(payload, FAMILY),
    priority: attributes.u32(PRIORITY) ?? 0,
    action: readU8(payload, ACTION),
    table: attributes.u32(TABLE) ?? readU8(payload, TABLE_LOW),
    isInverted: (readU32le(payload, FLAGS) & INVERT) !== 0,
    source: ifAddress(attributes.bytes(SOURCE)),
    sourceLength: readU8(payload, SOURCE_LENGTH),
    destination: ifAddress(attributes.bytes(DESTINATION)),
    destinationLength: readU8(payload, DESTINATION_LENGTH),
    typeOfService: readU8(payload, TYPE_OF_SERVICE),
    inputInterface: attributes.text(INPUT_INTERFACE),
    outputInterface: attributes.text(OUTPUT_INTERFACE),
    mark: attributes.u32(MARK),
    markMask: attributes.u32(MARK_MASK),
    goto: attributes.u32(GOTO),
    isL3MasterDevice: attributes.u8(L3_MASTER_DEVICE) === 1,
    suppressPrefixLength: suppressed === NO_SUPPRESSION ? undefined : suppressed,
    users: decodeRange(attributes.bytes(USER_RANGE), 4),
    ipProtocol: attributes.u8(IP_PROTOCOL),
    sourcePorts: decodeRange(attributes.bytes(SOURCE_PORTS), 2),
    destinationPorts: decodeRange(attributes.bytes(DESTINATION_PORTS), 2),
    protocol: attributes.u8(PROTOCOL) ?? 0,
  };
}

/** @param width bytes per number: 2 or 4 */
function decodeRange(bytes: Uint8Array | undefined, width: 2 | 4): NumberRange | undefined {
  if (bytes === undefined || bytes.length < 2 * width) return undefined;
  const read = width === 2 ? readU16le : readU32le;
  return { first: read(bytes, 0), last: read(bytes, width) };
}
