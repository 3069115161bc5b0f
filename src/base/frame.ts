/**
 * Frames, sources and sinks: the types that captures, files and filters share. A frame is borrowed (`FrameView`), a
 * packet is owned (`Packet`). Batches are asynchronous and their frames synchronous, so that nothing is allocated or
 * awaited per frame. @module
 */
import type { LinkType } from './link-type.ts';

/**
 * A borrowed frame: the view is valid inside the call only, `data[offset, offset + length)` until the batch is
 * returned.
 */
export interface FrameView {
  readonly data: Uint8Array;
  readonly offset: number;
  /** Captured bytes. */
  readonly length: number;
  /** Bytes on the wire. */
  readonly wireLength: number;
  /** Seconds since 1970, and nanoseconds within the second. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Interface index of the kernel, or interface number in a file. */
  readonly interfaceIndex: number;
}

/** The byte that overwrites returned frames when a source is opened with `poison`. */
export const POISON = 0xdb;

/**
 * A block of frames, returned to its owner when the loop requests the next batch or ends. Until then the bytes of its
 * frames do not change; the `FrameView` does, with each visit.
 */
export interface FrameBatch {
  /** Frames that `forEach` visits; an upper bound for a live batch that is filtered in user space. */
  readonly size: number;
  forEach(visit: (frame: FrameView) => void): void;
}

/** An owned copy of a frame. `timestamp` is nanoseconds since 1970. */
export interface Packet {
  readonly bytes: Uint8Array;
  readonly wireLength: number;
  readonly timestamp: bigint;
  readonly interfaceIndex: number;
}

/** Counters of a source since it was opened. */
export interface CaptureStatistics {
  /**
   * Frames that reached the socket, including dropped ones (PACKET_STATISTICS, `tp_packets`): after the filter if it
   * runs in the kernel, before it if it runs in user space. For a file, frames read.
   */
  readonly received: number;
  /**
   * Frames that matched the filter. Equal to `received` if the filter runs in the kernel; if it runs in user space,
   * dropped frames are not included.
   */
  readonly accepted: number;
  /** Frames dropped because the ring was full (`tp_drops`). */
  readonly dropped: number;
  /** Number of times the kernel stopped queueing because the ring was full (`tp_freeze_q_cnt`). */
  readonly freezes: number;
  /** Frames cut to the snap length; undefined if not counted. */
  readonly truncated?: number;
  /** Frames whose VLAN tag, removed by the kernel, was restored; undefined if not counted. */
  readonly vlanTags?: number;
}

/** Adds up the counters of several sources. */
export function sumStatistics(all: readonly CaptureStatistics[]): CaptureStatistics {
  const sum = (pick: (statistics: CaptureStatistics) => number | undefined): number =>
    all.reduce((total, statistics) => total + (pick(statistics) ?? 0), 0);
  return {
    received: sum(({ received }) => received),
    accepted: sum(({ accepted }) => accepted),
    dropped: sum(({ dropped }) => dropped),
    freezes: sum(({ freezes }) => freezes),
    truncated: sum(({ truncated }) => truncated),
    vlanTags: sum(({ vlanTags }) => vlanTags),
  };
}

export interface ReadOptions {
  /** Ends the iteration without an error when aborted. */
  readonly signal?: AbortSignal;
}

/** A source of frames: a live ring or a file. */
export interface CaptureSource extends AsyncDisposable {
  readonly linkType: LinkType;
  readonly snapLength: number;
  /** Yields batches of borrowed frames: the fast way. */
  batches(options?: ReadOptions): AsyncIterable<FrameBatch>;
  /** Yields owned copies: the convenient way. */
  packets(options?: ReadOptions): AsyncIterable<Packet>;
  statistics(): CaptureStatistics;
  /** Idempotent, and safe at any moment. */
  close(): Promise<void>;
}

/** A sink of frames. `keep` is the number of bytes to store, at most the frame's length. */
export interface FrameSink {
  add(frame: FrameView, keep: number): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Copies a borrowed frame. */
function ownFrame(frame: FrameView): Packet {
  return {
    bytes: frame.data.slice(frame.offset, frame.offset + frame.length),
    wireLength: frame.wireLength,
    timestamp: BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds),
    interfaceIndex: frame.interfaceIndex,
  };
}

/** Yields the frames of `batches()` as owned packets, each batch copied before it is returned. */
export async function* ownPackets(batches: AsyncIterable<FrameBatch>): AsyncGenerator<Packet, void, undefined> {
  for await (const batch of batches) {
    const packets: Packet[] = [];
    batch.forEach((frame) => {
      packets.push(ownFrame(frame));
    });
    yield* packets;
  }
}
