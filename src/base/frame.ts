/**
 * Frames and where they come from and go to: the types that capture, files, filters and sinks share. A frame is lent
 * (`FrameView`), a packet is owned (`Packet`). Batches are async, frames inside them are sync, so that nothing is
 * allocated or awaited per frame. @module
 */
import type { LinkType } from './link-type.ts';

/** Borrowed: the view is valid inside the call only, `data[offset, offset + length)` until the batch goes back; copy what you keep. */
export interface FrameView {
  readonly data: Uint8Array;
  readonly offset: number;
  /** Bytes at hand. */
  readonly length: number;
  /** Bytes that the frame had on the wire. */
  readonly wireLength: number;
  /** Seconds since 1970, and nanoseconds of that second. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Kernel interface index, or the interface's number in a file. */
  readonly interfaceIndex: number;
}

/** What the bytes of frames read as once they have gone back, where a source is opened with `poison`. */
export const POISON = 0xdb;

/**
 * One block of frames; it goes back to its owner when the loop asks for the next one, or breaks. Until then the bytes of
 * its frames stay as they are, though the `FrameView` moves on with each visit.
 */
export interface FrameBatch {
  /** Frames that `forEach` visits; of a live batch more when its filter runs in user space. */
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

/** Counters of one source since it was opened. */
export interface CaptureStatistics {
  /**
   * Frames that came to the socket, dropped ones included (PACKET_STATISTICS, `tp_packets`): those that the kernel's
   * filter let through, or all of them when the filter runs in user space. Of a file, frames read.
   */
  readonly received: number;
  /**
   * Frames that the filter let through. The kernel judges before it drops: then it is what was received. In user space
   * it is what was judged and taken, which a dropped frame never is.
   */
  readonly accepted: number;
  /** Of these, frames that found no room in the ring (`tp_drops`). */
  readonly dropped: number;
  /** How often the ring was full and the kernel stopped queueing (`tp_freeze_q_cnt`). */
  readonly freezes: number;
  /** Frames that were longer on the wire than what was kept of them. Undefined where nobody counts. */
  readonly truncated?: number;
  /** Frames whose VLAN tag, which the kernel had taken out, was put back. Undefined where nobody counts. */
  readonly vlanTags?: number;
}

/** Counters of several interfaces, or of one and the same in pieces, as one. */
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
  /** Ends the iteration, without an error, once it is aborted. */
  readonly signal?: AbortSignal;
}

/** Where frames come from; a live ring and a file are equal. */
export interface CaptureSource extends AsyncDisposable {
  readonly linkType: LinkType;
  readonly snapLength: number;
  /** The hot way: frames are lent. */
  batches(options?: ReadOptions): AsyncIterable<FrameBatch>;
  /** The pleasant way: owned copies. */
  packets(options?: ReadOptions): AsyncIterable<Packet>;
  statistics(): CaptureStatistics;
  /** Safe at any moment, any number of times. */
  close(): Promise<void>;
}

/** Where frames go to. `keep` is how many bytes of the frame to store, at most its length. */
export interface FrameSink {
  add(frame: FrameView, keep: number): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Copies a lent frame so that it outlives the visit. */
function ownFrame(frame: FrameView): Packet {
  return {
    bytes: frame.data.slice(frame.offset, frame.offset + frame.length),
    wireLength: frame.wireLength,
    timestamp: BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds),
    interfaceIndex: frame.interfaceIndex,
  };
}

/** `batches()` of any source as `packets()`: each batch is copied before its block goes back. */
export async function* ownPackets(batches: AsyncIterable<FrameBatch>): AsyncGenerator<Packet, void, undefined> {
  for await (const batch of batches) {
    const packets: Packet[] = [];
    batch.forEach((frame) => {
      packets.push(ownFrame(frame));
    });
    yield* packets;
  }
}
