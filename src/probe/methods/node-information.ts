/**
 * Node information queries (RFC 4620) for the name or the addresses of a host. The 64-bit nonce, which the reply repeats,
 * consists of the nonce of the run and the number of the probe. @module
 */
import { readU8, readU32 } from '../../base/bytes.ts';
import { IpProtocol } from '../../base/protocol-numbers.ts';
import { printable } from '../../base/text.ts';
import { Icmp6Type } from '../../wire/icmp-types.ts';
import { ICMP_HEADER_LENGTH } from '../../wire/icmp-view.ts';
import {
  encodeNodeMessage,
  NODE_HEADER_LENGTH,
  NodeInformationView,
  NodeQuery,
  nodeQuery,
} from '../../wire/node-information.ts';
import type { ProbeDraft, ProbeMatch } from '../method.ts';
import type { ArrivalEvent, ErrorQueueEvent } from '../transport.ts';
import { IcmpErrorReader } from './icmp-error.ts';
import { NO_DETAILS, type NodeInformation, type PingMethod, type ReplyDetails } from './ping-method.ts';

export interface NodeMethodOptions {
  readonly query: NodeInformation['query'];
  /** 32 random bits that identify the run. The filter of the transport compares the high half as the identifier. */
  readonly nonce: number;
}

const QUERIES = {
  name: NodeQuery.name,
  addresses: NodeQuery.addresses,
  'ipv4-addresses': NodeQuery.ipv4Addresses,
} as const;
const VERDICTS = ['told', 'refused', 'unknown'] as const;
/** One IPv6 address: the subject of the query. */
const SUBJECT_LENGTH = 16;

export class NodeMethod implements PingMethod {
  readonly protocol = 'icmp';
  readonly family = 6;
  readonly length = NODE_HEADER_LENGTH + SUBJECT_LENGTH;
  readonly quotedLength = NODE_HEADER_LENGTH;
  readonly size = this.length - ICMP_HEADER_LENGTH;
  readonly #query: NodeInformation['query'];
  readonly #nonce: number;
  readonly #view = new NodeInformationView();
  readonly #error = new IcmpErrorReader();

  constructor({ query, nonce }: NodeMethodOptions) {
    this.#query = query;
    this.#nonce = nonce >>> 0;
  }

  encode(draft: ProbeDraft, out: Uint8Array): number {
    return encodeNodeMessage(nodeQuery(QUERIES[this.#query], draft.destination, this.#nonce, draft.index), out);
  }

  match(event: ArrivalEvent | ErrorQueueEvent): ProbeMatch | undefined {
    if (event.kind === 'error-queue' || event.protocol !== IpProtocol.icmp6) return undefined;
    return this.#matchReply(event) ?? this.#matchError(event);
  }

  #matchReply(event: ArrivalEvent): ProbeMatch | undefined {
    const view = this.#view;
    if (!view.wrap(event.bytes, event.start, event.end)) return undefined;
    if (view.type !== Icmp6Type.nodeInformationReply || view.nonce !== this.#nonce) return undefined;
    const { type, code, nonceLow: index } = view;
    // The kernel drops messages with a bad checksum (RFC 3542, 3.1).
    return { kind: 'reply', index, isFullIndex: true, type, code, mtu: 0, isArrival: true, isChecksumOk: true };
  }

  #matchError(event: ArrivalEvent): ProbeMatch | undefined {
    const error = this.#error;
    if (!error.read(event) || error.quote.protocol !== IpProtocol.icmp6 || error.quote.isLaterFragment)
      return undefined;
    const { bytes, transportAt, transportLength } = error.quote;
    if (transportLength < this.quotedLength || readU8(bytes, transportAt) !== Icmp6Type.nodeInformationQuery) {
      return undefined;
    }
    if (readU32(bytes, transportAt + ICMP_HEADER_LENGTH) !== this.#nonce) return undefined;
    return { ...error.describe(), index: readU32(bytes, transportAt + ICMP_HEADER_LENGTH + 4), isFullIndex: true };
  }

  /** The length of a name is not known. */
  replyLength(): undefined {
    return undefined;
  }

  /** A reply does not repeat the query. */
  damage(): undefined {
    return undefined;
  }

  details(event: ArrivalEvent): ReplyDetails {
    const view = this.#view;
    if (!view.wrap(event.bytes, event.start, event.end)) return NO_DETAILS;
    const verdict = VERDICTS[view.code] ?? 'unknown';
    const values = verdict === 'told' && view.query === QUERIES[this.#query] ? view.values().map(printable) : [];
    return { ...NO_DETAILS, node: { query: this.#query, verdict, values, isTruncated: view.isTruncated } };
  }
}
