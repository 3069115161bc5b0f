/** Target of a simulated network: its replies to probes, including losses and damage. @module */
import { readU8, readU16, writeU16 } from '../../../src/base/bytes.ts';
import { IpProtocol, ipProtocolOf } from '../../../src/base/protocol-numbers.ts';
import { type ForgedProbe, forgeError, type QuoteShape, quotePacket, resum } from './forge.ts';
import type { DestinationDescription, ErrorDescription } from './network-description.ts';
import { addressBytes, icmpReply, pick, portUnreachable } from './node-behaviour.ts';

/** Writes a target's answer to a TCP segment. */
export type AnswerTcp = (segment: Uint8Array, port: 'open' | 'closed') => Uint8Array;

/** A reply in transit. */
export interface SimulatedAnswer {
  /** Milliseconds after the probe. */
  readonly delay: number;
  readonly source: Uint8Array;
  readonly protocol: number;
  readonly message: Uint8Array;
  readonly hopLimit: number;
  /** IPv4 options. */
  readonly options: Uint8Array;
}

/** Counters of the probes that a target has received and answered. */
export interface TargetCounts {
  forwarded: number;
  answered: number;
}

const DEFAULT_REPLY_HOP_LIMIT = 64;
const COPY_SPACING = 0.5;
const FIRST_SEED = 0x2545_f491;

export class SimulatedTarget {
  readonly #family: 4 | 6;
  readonly #protocol: number;
  readonly #answerTcp: AnswerTcp | undefined;
  #seed = FIRST_SEED;

  /** @param protocol of the probes */
  constructor(family: 4 | 6, protocol: number, answerTcp: AnswerTcp | undefined) {
    this.#family = family;
    this.#protocol = protocol;
    this.#answerTcp = answerTcp;
  }

  /**
   * Returns the answers to one probe: none, one, or several copies.
   * @param target source address of the answers
   * @param reusedHopLimit hop limit of an answer on arrival, when it starts with the remaining hop limit of the probe
   */
  answers(
    end: DestinationDescription,
    counts: TargetCounts,
    probe: ForgedProbe,
    target: Uint8Array,
    reusedHopLimit: number,
  ): SimulatedAnswer[] {
    const turn = counts.forwarded;
    counts.forwarded += 1;
    if (end.isSilent === true || end.loss?.includes(turn) === true || this.#isUnlucky(end.lossRate)) return [];
    const answer = this.#answer(end, probe);
    if (answer === undefined) return [];
    const hopLimit = end.reusesHopLimit === true ? reusedHopLimit : (end.replyHopLimit ?? DEFAULT_REPLY_HOP_LIMIT);
    if (hopLimit < 1) return [];
    const key = String(turn);
    const message = this.#spoil(end, turn, answer.message);
    const wrongSource = end.wrongSource?.[key];
    const source = wrongSource === undefined ? target : addressBytes(wrongSource);
    const delay = pick(end.delay, counts.answered);
    counts.answered += 1;
    const options = Uint8Array.from(Buffer.from(end.options?.[key] ?? '', 'hex'));
    const copies = Array.from({ length: 1 + (end.duplicates?.[key] ?? 0) }, (_, copy) => delay + copy * COPY_SPACING);
    return copies.map((at) => ({ delay: at, source, protocol: answer.protocol, message, hopLimit, options }));
  }

  #answer(end: DestinationDescription, probe: ForgedProbe): { message: Uint8Array; protocol: number } | undefined {
    const icmp = ipProtocolOf(this.#family, 'icmp');
    const quoteError = (error: ErrorDescription): { message: Uint8Array; protocol: number } => ({
      message: forgeError(this.#family, error, quotePacket(probe, quoteShapeOf(end))),
      protocol: icmp,
    });
    if (end.error !== undefined) return quoteError(end.error);
    if (this.#protocol === IpProtocol.udp) {
      return end.udp === 'silent' ? undefined : quoteError(portUnreachable(this.#family));
    }
    if (this.#protocol === IpProtocol.tcp) {
      const port = end.tcp ?? 'closed';
      const message = port === 'silent' ? undefined : this.#answerTcp?.(probe.message, port);
      return message === undefined ? undefined : { message, protocol: IpProtocol.tcp };
    }
    const message = icmpReply(this.#family, probe.message, end);
    return message === undefined ? undefined : { message, protocol: icmp };
  }

  /** Damages, truncates or marks a reply as the description requires. */
  #spoil(end: DestinationDescription, turn: number, message: Uint8Array): Uint8Array {
    const flip = (at: number): void => {
      if (at < message.length) message[at] = readU8(message, at) ^ 0xff;
    };
    const key = String(turn);
    const damaged = end.damage?.[key];
    if (damaged !== undefined) flip(8 + damaged);
    if (end.wrongIdentifier?.includes(turn) === true) flip(4);
    if (end.wrongNonce?.includes(turn) === true) flip(8);
    const kept = message.slice(0, message.length - (end.cut?.[key] ?? 0));
    resum(this.#family, kept);
    if (end.wrongChecksum?.includes(turn) === true) writeU16(kept, 2, readU16(kept, 2) ^ 0x0101);
    return kept;
  }

  #isUnlucky(rate: number | undefined): boolean {
    if (rate === undefined) return false;
    // xorshift32 (Marsaglia, "Xorshift RNGs", 2003): the same losses in every run.
    let seed = this.#seed;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    this.#seed = seed;
    return (seed >>> 0) / 0x1_0000_0000 < rate;
  }
}

function quoteShapeOf(end: DestinationDescription): QuoteShape {
  return {
    hopLimit: end.quotedHopLimit ?? 1,
    kept: end.quote,
    options: end.quotedOptions,
    protocol: end.quotedProtocol,
    isDontFragment: end.quotesDontFragment,
  };
}
