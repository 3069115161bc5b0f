/** Queueing disciplines: RTM_NEWQDISC and related messages (linux/rtnetlink.h, linux/gen_stats.h). @module */
import { readU32le } from '../base/bytes.ts';
import { readAttributes } from './attribute.ts';
import { MessageFlag, type NetlinkMessage } from './message.ts';

/** RTM_*QDISC. */
const QdiscMessageType = { new: 36, get: 38 } as const;

/** `struct tcmsg`: family, padding, interface index, handle, parent, info. */
const HEADER_LENGTH = 20;
const HEADER_INDEX = 4;
const HEADER_HANDLE = 8;
const HEADER_PARENT = 12;

/** TCA_* */
const KIND = 1;
const STATISTICS = 7;
/** TCA_STATS_QUEUE: `struct gnet_stats_queue`, words qlen, backlog, drops, requeues, overlimits. */
const QUEUE = 3;
const QUEUE_LENGTH = 20;

/** TC_H_ROOT and TC_H_INGRESS: parents of the disciplines that see every packet of an interface. */
export const QdiscParent = { root: 0xffff_ffff, ingress: 0xffff_fff1 } as const;

/** A queueing discipline and its counters. */
export interface Qdisc {
  readonly interfaceIndex: number;
  /** `fq_codel`, `mq`; hostile text. */
  readonly kind: string;
  readonly handle: number;
  /** A `QdiscParent`, or the class that holds the discipline. */
  readonly parent: number;
  /** Packets in the queue. */
  readonly queueLength: number;
  /** Bytes in the queue. */
  readonly backlog: number;
  /** Packets dropped, those of its children included. */
  readonly drops: number;
  readonly requeues: number;
  readonly overLimits: number;
}

/** Request: the queueing disciplines of all interfaces of the namespace. */
export function dumpQdiscs(): NetlinkMessage {
  return { type: QdiscMessageType.get, flags: MessageFlag.dump, payload: new Uint8Array(HEADER_LENGTH) };
}

/** Decodes RTM_NEWQDISC; undefined for other or malformed messages. */
export function decodeQdisc(message: NetlinkMessage): Qdisc | undefined {
  const { payload, type } = message;
  if (type !== QdiscMessageType.new) return undefined;
  const attributes = readAttributes(payload, HEADER_LENGTH, payload.length);
  const queue = attributes?.nested(STATISTICS)?.bytes(QUEUE);
  if (attributes === undefined || queue === undefined || queue.length < QUEUE_LENGTH) return undefined;
  return {
    interfaceIndex: readU32le(payload, HEADER_INDEX),
    kind: attributes.text(KIND) ?? '',
    handle: readU32le(payload, HEADER_HANDLE),
    parent: readU32le(payload, HEADER_PARENT),
    queueLength: readU32le(queue, 0),
    backlog: readU32le(queue, 4),
    drops: readU32le(queue, 8),
    requeues: readU32le(queue, 12),
    overLimits: readU32le(queue, 16),
  };
}
