/** A simulated recording, interface and clock for replay tests. @module */
import type { FrameView } from '../../src/base/frame.ts';
import { ownPackets } from '../../src/base/frame.ts';
import type { FrameQueue } from '../../src/capture/transmit/frame-queue.ts';
import type { FrameTransmitter } from '../../src/capture/transmit/transmit-socket.ts';
import type { CaptureInterface } from '../../src/pcap/capture-interface.ts';
import type { FileSource } from '../../src/pcap/file-reader.ts';
import type { PacingClock } from '../../src/session/replay/pacing-clock.ts';

/** Clock whose time passes only in waits. */
export class SimulatedPacing implements PacingClock {
  time = 5_000;

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }

  waitUntil(time: number): void {
    this.time = Math.max(this.time, time);
  }

  async turn(): Promise<void> {}
}

/** Stores sent frames with their times. Each entry of `answers` limits the frames that the next call accepts. */
export class SimulatedTransmitter implements FrameTransmitter {
  readonly interfaceName = 'eth0';
  readonly linkType: number;
  readonly mtu: number;
  readonly #clock: SimulatedPacing;
  readonly sent: { readonly bytes: Uint8Array; readonly time: number }[] = [];
  readonly answers: number[] = [];

  constructor(clock: SimulatedPacing, linkType = 1, mtu = 1500) {
    this.#clock = clock;
    this.linkType = linkType;
    this.mtu = mtu;
  }

  send(queue: FrameQueue, first: number, count: number): number {
    const taken = Math.min(this.answers.shift() ?? count, count);
    for (let frame = first; frame < first + taken; frame += 1) {
      const at = queue.offsetOf(frame);
      this.sent.push({ bytes: queue.bytes.slice(at, at + queue.lengthOf(frame)), time: this.#clock.time - 5_000 });
    }
    return taken;
  }

  async close(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

/** Returns a function that opens a recording of `frames` in batches. */
export function recordingOf(
  frames: readonly FrameView[],
  interfaces: readonly CaptureInterface[] = [{ linkType: 1, snapLength: 65_535 }],
  batchSize = 3,
): () => Promise<FileSource> {
  return async () => {
    const source: FileSource = {
      format: 'pcap',
      linkType: interfaces[0]?.linkType ?? 0,
      snapLength: 65_535,
      longestFrame: 65_535,
      interfaces,
      async *batches() {
        for (let at = 0; at < frames.length; at += batchSize) {
          const part = frames.slice(at, at + batchSize);
          yield {
            size: part.length,
            forEach: (visit) => void part.map((frame) => visit(frame)),
            forEachBlock() {},
            blockCount: 0,
            blockLength: () => 0,
          };
        }
      },
      packets: () => ownPackets(source.batches()),
      statistics: () => ({ received: frames.length, accepted: frames.length, dropped: 0, freezes: 0 }),
      async close() {},
      async [Symbol.asyncDispose]() {},
    };
    return source;
  };
}
