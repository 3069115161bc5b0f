/** `struct tcp_info` of linux/tcp.h, the TCP state of one socket. Newer kernels append fields. @module */
import { readU8, readU32le } from '../base/bytes.ts';

/** Offsets of 32-bit fields. */
const FIELD = {
  retransmitTimeout: 8,
  sendMss: 16,
  receiveMss: 20,
  unacknowledged: 24,
  lost: 32,
  retransmitted: 36,
  pathMtu: 60,
  roundTrip: 68,
  roundTripVariation: 72,
  slowStartThreshold: 76,
  congestionWindow: 80,
  reordering: 88,
  totalRetransmits: 100,
  segmentsOut: 136,
  segmentsIn: 140,
  notSent: 144,
  minimumRoundTrip: 148,
} as const;
const STATE = 1;
const WINDOW_SCALE = 6;
/** Offsets of 64-bit fields. */
const PACING_RATE = 104;
const BYTES_ACKNOWLEDGED = 120;
const BYTES_RECEIVED = 128;
const DELIVERY_RATE = 160;

/** Values for "no limit" of a pacing rate and of a slow start threshold, and for "no round trip measured". */
const NO_RATE = 2 ** 64 - 2 ** 11;
const NO_THRESHOLD = 0x7fff_ffff;
const NO_ROUND_TRIP = 0xffff_ffff;

/** TCP_CA_*: the state of congestion control. */
const CONGESTION_STATES = ['open', 'disorder', 'cwr', 'recovery', 'loss'] as const;

/** Fields that the running kernel does not have are undefined. */
export interface TcpInfo {
  readonly congestionState: (typeof CONGESTION_STATES)[number] | undefined;
  readonly sendWindowScale: number | undefined;
  readonly receiveWindowScale: number | undefined;
  /** Milliseconds. */
  readonly retransmitTimeout: number | undefined;
  readonly roundTrip: number | undefined;
  readonly roundTripVariation: number | undefined;
  readonly minimumRoundTrip: number | undefined;
  /** Bytes. */
  readonly sendMss: number | undefined;
  readonly receiveMss: number | undefined;
  readonly pathMtu: number | undefined;
  readonly notSent: number | undefined;
  readonly bytesAcknowledged: number | undefined;
  readonly bytesReceived: number | undefined;
  /** Segments. */
  readonly congestionWindow: number | undefined;
  /** Undefined also before the first loss. */
  readonly slowStartThreshold: number | undefined;
  readonly unacknowledged: number | undefined;
  readonly lost: number | undefined;
  /** Segments that are retransmitted and not yet acknowledged. */
  readonly retransmitted: number | undefined;
  /** Retransmissions since the connection began. */
  readonly totalRetransmits: number | undefined;
  readonly reordering: number | undefined;
  readonly segmentsOut: number | undefined;
  readonly segmentsIn: number | undefined;
  /** Bytes per second. */
  readonly pacingRate: number | undefined;
  readonly deliveryRate: number | undefined;
}

/** Reads the fields that lie within `bytes[start, end)`. */
export function readTcpInfo(bytes: Uint8Array, start: number, end: number): TcpInfo {
  const u32 = (at: number): number | undefined => (start + at + 4 <= end ? readU32le(bytes, start + at) : undefined);
  const u64 = (at: number): number | undefined =>
    start + at + 8 <= end ? readU32le(bytes, start + at) + readU32le(bytes, start + at + 4) * 2 ** 32 : undefined;
  const scales = start + WINDOW_SCALE < end ? readU8(bytes, start + WINDOW_SCALE) : undefined;
  return {
    congestionState: start + STATE < end ? CONGESTION_STATES[readU8(bytes, start + STATE)] : undefined,
    sendWindowScale: scales === undefined ? undefined : scales & 0x0f,
    receiveWindowScale: scales === undefined ? undefined : scales >>> 4,
    retransmitTimeout: milliseconds(u32(FIELD.retransmitTimeout)),
    roundTrip: milliseconds(u32(FIELD.roundTrip)),
    roundTripVariation: milliseconds(u32(FIELD.roundTripVariation)),
    minimumRoundTrip: milliseconds(below(NO_ROUND_TRIP, u32(FIELD.minimumRoundTrip))),
    sendMss: u32(FIELD.sendMss),
    receiveMss: u32(FIELD.receiveMss),
    pathMtu: u32(FIELD.pathMtu),
    notSent: u32(FIELD.notSent),
    bytesAcknowledged: u64(BYTES_ACKNOWLEDGED),
    bytesReceived: u64(BYTES_RECEIVED),
    congestionWindow: u32(FIELD.congestionWindow),
    slowStartThreshold: below(NO_THRESHOLD, u32(FIELD.slowStartThreshold)),
    unacknowledged: u32(FIELD.unacknowledged),
    lost: u32(FIELD.lost),
    retransmitted: u32(FIELD.retransmitted),
    totalRetransmits: u32(FIELD.totalRetransmits),
    reordering: u32(FIELD.reordering),
    segmentsOut: u32(FIELD.segmentsOut),
    segmentsIn: u32(FIELD.segmentsIn),
    pacingRate: below(NO_RATE, u64(PACING_RATE)),
    deliveryRate: u64(DELIVERY_RATE),
  };
}

/** The kernel counts microseconds. */
function milliseconds(microseconds: number | undefined): number | undefined {
  return microseconds === undefined ? undefined : microseconds / 1_000;
}

function below(limit: number, value: number | undefined): number | undefined {
  return value !== undefined && value < limit ? value : undefined;
}
