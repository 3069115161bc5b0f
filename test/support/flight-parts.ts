/** Synthetic blocks and outputs for the flight recorder. @module */
import { EMPTY } from '../../src/base/bytes.ts';
import type { RecordBatch } from '../../src/capture/live-source.ts';
import type { FlightOptions, FlightOutput, FlightTrigger } from '../../src/session/flight/options.ts';
import type { TakenRecords } from '../../src/session/record-output.ts';

/** A frame to record. */
export interface MadeFrame {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Number of the frame, stored in its bytes. */
  readonly number: number;
  /** True when the trigger expression of `flightOptions` matches. */
  readonly trigger?: boolean;
  readonly length?: number;
  /** Default: 0. */
  readonly interfaceNumber?: number;
}

const TRIGGER = 'ether proto 0x88b6';

/** Builds PCAPNG blocks with nanosecond times, field by field, after draft-ietf-opsawg-pcapng. */
export function blocksOf(frames: readonly MadeFrame[]): Uint8Array {
  const parts = frames.map(({ time, number, trigger = false, length = 60, interfaceNumber = 0 }) => {
    const padded = Math.ceil(length / 4) * 4;
    const block = Buffer.alloc(32 + padded, 0x5a);
    block.writeUInt32LE(6, 0);
    block.writeUInt32LE(block.length, 4);
    block.writeUInt32LE(interfaceNumber, 8);
    const nanoseconds = BigInt(Math.round(time * 1000)) * 1000n;
    block.writeUInt32LE(Number(nanoseconds >> 32n), 12);
    block.writeUInt32LE(Number(nanoseconds & 0xffff_ffffn), 16);
    block.writeUInt32LE(length, 20);
    block.writeUInt32LE(length, 24);
    block.writeUInt16BE(trigger ? 0x88b6 : 0x88b5, 28 + 12);
    block.writeUInt32BE(number, 28 + 14);
    block.writeUInt32LE(block.length, block.length - 4);
    return block;
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** Content written for one window. */
export interface MemoryFile {
  readonly trigger: FlightTrigger;
  readonly numbers: number[];
  readonly comments: Map<number, string>;
  isClosed: boolean;
}

/** Output in memory. When `isSlow` is set, it retains each batch until `drain` is called. */
export class MemoryOutput implements FlightOutput {
  readonly files: MemoryFile[] = [];
  readonly #stop = new AbortController();
  readonly stopped = this.#stop.signal;
  ended: FlightOutput['ended'];
  readonly lost = 0;
  isClosed = false;
  /** Retains batches, like a disk that stalls. */
  isSlow = false;
  readonly #kept: { readonly bytes: Uint8Array; release(): void }[] = [];

  beginWindow(trigger: FlightTrigger): void {
    this.files.push({ trigger, numbers: [], comments: new Map(), isClosed: false });
  }

  endWindow(): void {
    const file = this.files.at(-1);
    if (file !== undefined) file.isClosed = true;
  }

  lead(): Uint8Array {
    return EMPTY;
  }

  async take(batch: RecordBatch): Promise<TakenRecords> {
    const file = this.files.at(-1);
    if (file === undefined || file.isClosed) throw new Error('blocks without a window');
    this.#kept.push({ bytes: batch.bytes, release: batch.retain() });
    const read = this.#read(batch.bytes, file);
    if (read.frames !== batch.frames || read.frameBytes !== batch.frameBytes)
      throw new Error('wrong number of frames in a batch');
    if (!this.isSlow) this.drain();
    return batch;
  }

  /** Releases all retained batches. */
  drain(): void {
    this.isSlow = false;
    for (const { release } of this.#kept.splice(0)) release();
  }

  /** Ends the output: it accepts no more batches. */
  end(reason: FlightOutput['ended']): void {
    this.ended = reason;
    this.#stop.abort();
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.isClosed = true;
  }

  #read(bytes: Uint8Array, file: MemoryFile): { frames: number; frameBytes: number } {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let frames = 0;
    let frameBytes = 0;
    for (let at = 0; at < view.length; ) {
      const length = view.readUInt32LE(at + 4);
      const captured = view.readUInt32LE(at + 20);
      const options = at + 28 + Math.ceil(captured / 4) * 4;
      if (view.readUInt32LE(at + length - 4) !== length) throw new Error('truncated block');
      const number = view.readUInt32BE(at + 28 + 14);
      file.numbers.push(number);
      if (options < at + length - 4) {
        const commentLength = view.readUInt16LE(options + 2);
        file.comments.set(number, view.toString('utf8', options + 4, options + 4 + commentLength));
      }
      frames += 1;
      frameBytes += captured;
      at += length;
    }
    return { frames, frameBytes };
  }
}

/** Returns options with 1 s before the trigger, 0.5 s after it, and the output for the windows. */
export function flightOptions(output: FlightOutput, fields: Partial<FlightOptions> = {}): FlightOptions {
  return {
    interfaces: [{ linkType: 1, snapLength: 262_144 }],
    before: { milliseconds: 1_000 },
    after: 500,
    triggers: [TRIGGER],
    historySize: 1 << 20,
    output,
    ...fields,
  };
}
