/** Tables, chains and rules of nf_tables (linux/netfilter/nf_tables.h), as far as a single rule needs them. @module */
import { writeU16 } from '../base/bytes.ts';
import {
  bytesAttribute,
  forEachAttribute,
  joinParts,
  nestedAttribute,
  readAttributes,
  textAttribute,
} from './attribute.ts';
import { NetlinkError, readAcknowledgement, refusalError } from './error.ts';
import { ControlType, decodeMessages, encodeMessage, MessageFlag, type NetlinkMessage } from './message.ts';
import type { NetlinkSocket } from './socket.ts';

/** NFPROTO_ARP. */
export const ARP_FAMILY = 3;

/** NFNL_SUBSYS_NFTABLES. */
const SUBSYSTEM = 10;
/** NFNL_MSG_BATCH_BEGIN and END. */
const BATCH_BEGIN = 0x10;
const BATCH_END = 0x11;
/** NFT_MSG_* */
const Type = { newTable: 0, deleteTable: 2, newChain: 3, newRule: 6, getRule: 7 } as const;

/** `struct nfgenmsg`: family, version, resource. */
const HEADER_LENGTH = 4;

/** NFTA_RULE_* */
const RULE_TABLE = 1;
const RULE_CHAIN = 2;
const RULE_EXPRESSIONS = 4;
const LIST_ELEMENT = 1;
const EXPRESSION_NAME = 1;
const EXPRESSION_DATA = 2;

/** NFT_REG_1; NFT_REG_VERDICT is 0. */
const REGISTER = 1;
/** NFT_PAYLOAD_NETWORK_HEADER. */
const NETWORK_HEADER = 1;

export function newTable(family: number, table: string): NetlinkMessage {
  return message(Type.newTable, MessageFlag.create | MessageFlag.exclusive, family, textAttribute(1, table));
}

/** Deletes a table with its chains and rules. */
export function deleteTable(family: number, table: string): NetlinkMessage {
  return message(Type.deleteTable, 0, family, textAttribute(1, table));
}

/** A base chain at a hook (NF_ARP_IN is 0), which accepts packets that no rule drops. */
export function newBaseChain(family: number, table: string, chain: string, hook: number): NetlinkMessage {
  return message(
    Type.newChain,
    MessageFlag.create,
    family,
    textAttribute(1, table),
    textAttribute(3, chain),
    nestedAttribute(4, word(1, hook), word(2, 0)),
    textAttribute(7, 'filter'),
  );
}

/** A rule that counts and drops packets in which the bits `mask` of the octet at `offset` are all set. */
export function newDropRule(
  family: number,
  table: string,
  chain: string,
  match: { readonly offset: number; readonly mask: number },
): NetlinkMessage {
  const value = (id: number, octet: number): Uint8Array => nestedAttribute(id, bytesAttribute(1, Uint8Array.of(octet)));
  return message(
    Type.newRule,
    MessageFlag.create | MessageFlag.append,
    family,
    textAttribute(RULE_TABLE, table),
    textAttribute(RULE_CHAIN, chain),
    nestedAttribute(
      RULE_EXPRESSIONS,
      expression('payload', word(1, REGISTER), word(2, NETWORK_HEADER), word(3, match.offset), word(4, 1)),
      expression('bitwise', word(1, REGISTER), word(2, REGISTER), word(3, 1), value(4, match.mask), value(5, 0)),
      expression('cmp', word(1, REGISTER), word(2, 0), value(3, match.mask)),
      expression('counter'),
      expression('immediate', word(1, 0), nestedAttribute(2, nestedAttribute(2, word(1, 0)))),
    ),
  );
}

/** Request: the rules of a table. */
export function dumpTableRules(family: number, table: string): NetlinkMessage {
  return message(Type.getRule, MessageFlag.dump, family, textAttribute(RULE_TABLE, table));
}

/** A rule as the kernel reports it. */
export interface RuleCounter {
  readonly table: string;
  readonly chain: string;
  /** Packets that reached the counter of the rule; undefined without one. */
  readonly packets: bigint | undefined;
}

/** Decodes NFT_MSG_NEWRULE; undefined for other or malformed messages. */
export function decodeRuleCounter({ type, payload }: NetlinkMessage): RuleCounter | undefined {
  if (type !== ((SUBSYSTEM << 8) | Type.newRule)) return undefined;
  const rule = readAttributes(payload, HEADER_LENGTH, payload.length);
  const table = rule?.text(RULE_TABLE);
  const chain = rule?.text(RULE_CHAIN);
  if (rule === undefined || table === undefined || chain === undefined) return undefined;
  const list = rule.bytes(RULE_EXPRESSIONS) ?? new Uint8Array(0);
  let packets: bigint | undefined;
  forEachAttribute(list, 0, list.length, (_type, start, end) => {
    const one = readAttributes(list, start, end);
    const counter = one?.text(EXPRESSION_NAME) === 'counter' ? one.nested(EXPRESSION_DATA)?.bytes(2) : undefined;
    if (counter?.length === 8) packets = new DataView(counter.buffer, counter.byteOffset).getBigUint64(0);
  });
  return { table, chain, packets };
}

/**
 * Sends changes as one transaction: the kernel applies all of them or none.
 * @param socket of `NetlinkProtocol.netfilter`; not closed
 * @throws NetlinkError
 */
export function executeBatch(socket: NetlinkSocket, changes: readonly NetlinkMessage[], wanted: string): void {
  const edge = new Uint8Array(HEADER_LENGTH);
  writeU16(edge, 2, SUBSYSTEM);
  const messages = [
    { type: BATCH_BEGIN, flags: 0, payload: edge },
    ...changes.map((change, at) => (at === changes.length - 1 ? acknowledged(change) : change)),
    { type: BATCH_END, flags: 0, payload: edge },
  ];
  const encoded = messages.map((one, at) => encodeMessage({ ...one, flags: one.flags | MessageFlag.request }, at + 1));
  socket.send(joinParts(...encoded), wanted);
  for (;;) {
    const datagram = socket.receive(wanted);
    if (typeof datagram === 'string') throw new NetlinkError('NETLINK_TIMEOUT', wanted, 'no answer');
    for (const answer of decodeMessages(datagram) ?? []) {
      if (answer.type !== ControlType.error || answer.port !== socket.port) continue;
      const outcome = readAcknowledgement(answer);
      if (outcome === undefined)
        throw new NetlinkError('NETLINK_MALFORMED', wanted, 'an acknowledgement without a status');
      if (outcome !== 'success') throw refusalError(outcome, wanted);
      if (answer.sequence === changes.length + 1) return;
    }
  }
}

function acknowledged(change: NetlinkMessage): NetlinkMessage {
  return { ...change, flags: change.flags | MessageFlag.acknowledge };
}

function message(
  type: number,
  flags: number,
  family: number,
  ...attributes: readonly (Uint8Array | undefined)[]
): NetlinkMessage {
  const payload = joinParts(Uint8Array.of(family, 0, 0, 0), ...attributes);
  return { type: (SUBSYSTEM << 8) | type, flags, payload };
}

function expression(name: string, ...data: readonly (Uint8Array | undefined)[]): Uint8Array {
  return nestedAttribute(LIST_ELEMENT, textAttribute(EXPRESSION_NAME, name), nestedAttribute(EXPRESSION_DATA, ...data));
}

/** A 32-bit value in network order. */
function word(type: number, value: number): Uint8Array | undefined {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytesAttribute(type, bytes);
}
