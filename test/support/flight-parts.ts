/** Records and files made by hand for the flight recorder. @module */
import type { FrameView } from '../../src/base/frame.ts';
import type { FlightFile, FlightOptions, FlightTrigger } from '../../src/session/index.ts';

/** A frame to be recorded. */
export interface MadeFrame {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Its number, which stands in its bytes. */
  readonly number: number;
  /** Whether the trigger expression of `flightOptions` matches it. */
  readonly trigger?: boolean;
  readonly length?: number;
}

const TRIGGER = 'ether proto 0x88b6';

/** PCAP records with nanoseconds, field by field as the draft draws them. */
export function recordsOf(frames: readonly MadeFrame[]): Uint8Array {
  const parts = frames.map(({ time, number, trigger = false, length = 60 }) => {
    const record = Buffer.alloc(16 + length, 0x5a);
    const seconds = Math.floor(time / 1000);
    record.writeUInt32LE(seconds, 0);
    record.writeUInt32LE(Math.round((time - seconds * 1000) * 1e6), 4);
    record.writeUInt32LE(length, 8);
    record.writeUInt32LE(length, 12);
    record.writeUInt16BE(trigger ? 0x88b6 : 0x88b5, 16 + 12);
    record.writeUInt32BE(number, 16 + 14);
    return record;
  });
  return new Uint8Array(Buffer.concat(parts));
}

/** A file that remembers. */
export class MemoryFile implements FlightFile {
  readonly trigger: FlightTrigger;
  readonly numbers: number[] = [];
  readonly comments = new Map<number, string>();
  isClosed = false;

  constructor(trigger: FlightTrigger) {
    this.trigger = trigger;
  }

  add(frame: FrameView, keep: number, comment?: string): void {
    if (this.isClosed || keep !== frame.length) throw new Error('a frame for a closed file, or a cut one');
    const number = Buffer.from(frame.data.buffer, frame.data.byteOffset + frame.offset).readUInt32BE(14);
    this.numbers.push(number);
    if (comment !== undefined) this.comments.set(number, comment);
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** Options with a second before, half a second after, and the list that files go to. */
export function flightOptions(files: MemoryFile[], fields: Partial<FlightOptions> = {}): FlightOptions {
  return {
    linkType: 1,
    before: { milliseconds: 1_000 },
    after: 500,
    triggers: [TRIGGER],
    historySize: 1 << 20,
    open(trigger) {
      const file = new MemoryFile(trigger);
      files.push(file);
      return file;
    },
    ...fields,
  };
}
