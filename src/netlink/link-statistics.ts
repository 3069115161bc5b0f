/** Counters of an interface: `struct rtnl_link_stats64` of linux/if_link.h. @module */
import { readU32le } from '../base/bytes.ts';

/** The words of the structure, in order; later kernels append words, earlier ones end before the last. */
const WORDS = [
  'rxPackets',
  'txPackets',
  'rxBytes',
  'txBytes',
  'rxErrors',
  'txErrors',
  'rxDropped',
  'txDropped',
  'multicast',
  'collisions',
  'rxLengthErrors',
  'rxOverErrors',
  'rxCrcErrors',
  'rxFrameErrors',
  'rxFifoErrors',
  'rxMissedErrors',
  'txAbortedErrors',
  'txCarrierErrors',
  'txFifoErrors',
  'txHeartbeatErrors',
  'txWindowErrors',
  'rxCompressed',
  'txCompressed',
  'rxNoHandler',
  'rxOtherHostDropped',
] as const;

const WORD_LENGTH = 8;
const HIGH_HALF = 0x1_0000_0000;

/** Counters since the interface was created; exact up to 2^53. 0 for those that the kernel does not have. */
export type LinkStatistics = Readonly<Record<(typeof WORDS)[number], number>>;

/** Decodes the structure; words that are missing are 0. */
export function decodeLinkStatistics(bytes: Uint8Array): LinkStatistics {
  const counters: Partial<Record<(typeof WORDS)[number], number>> = {};
  for (const [index, name] of WORDS.entries()) counters[name] = readU64(bytes, index * WORD_LENGTH);
  return counters as LinkStatistics;
}

function readU64(bytes: Uint8Array, at: number): number {
  return at + WORD_LENGTH > bytes.length ? 0 : readU32le(bytes, at) + readU32le(bytes, at + 4) * HIGH_HALF;
}
