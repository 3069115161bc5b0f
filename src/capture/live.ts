/**
 * `openLive`: frames from an interface. Two ways out of one ring: `batches()` lends frames to a visitor, `records()`
 * hands over ready-made PCAP records that the pump has gathered, for a file. @module
 */
import { StackError } from '../base/errors.ts';
import {
  type CaptureSource,
  type CaptureStatistics,
  type FrameBatch,
  ownPackets,
  type Packet,
  type ReadOptions,
} from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import {
  adaptForCookedSocket,
  type BpfInstruction,
  compileFilter,
  createEngine,
  type EngineName,
  usesAncillary,
} from '../bpf/index.ts';
import { PcapRecordHeader, type TimestampPrecision } from '../pcap/index.ts';
import { interfaceNameOf } from '../sys/interface-request.ts';
import { waitReadable } from '../sys/readiness.ts';
import { syscallError } from '../sys/syscall.ts';
import { BlockBatch, type FrameFilter } from './block-batch.ts';
import { type CaptureDevice, findDevice } from './device.ts';
import { CaptureMemory } from './memory.ts';
import { isInterfaceDownError, PacketSocket } from './packet-socket.ts';
import { COPY_STEP } from './pump-code.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { BlockRing, ringGeometry } from './ring.ts';

/** What `tcpdump -s 0` takes too. */
export const DEFAULT_SNAP_LENGTH = 262_144;
export const DEFAULT_BUFFER_SIZE = 32 << 20;
const DEFAULT_BLOCK_TIMEOUT = 100;
/** Blocks that are gathered into one write at most. */
const OUTPUT_BLOCKS = 4;
const MAX_UINT32 = 0xffff_ffff;

export interface LiveOptions {
  /** pcap-filter(7) text, or a ready program for this link type. None accepts every frame. */
  readonly filter?: string | readonly BpfInstruction[];
  /** Bytes of each frame to keep, 1 to 262,144. Default: 262,144. */
  readonly snapLength?: number;
  /** Bytes of the kernel's ring. Default: 32 MiB. */
  readonly bufferSize?: number;
  /** Also take frames that are for other machines. Default: true; never on `any`. */
  readonly promiscuous?: boolean;
  /** Milliseconds that a frame may wait in the ring until it is handed over. Default: 100. */
  readonly blockTimeout?: number;
  /**
   * What runs the filter: the kernel, or user space by WebAssembly or the interpreter. Default: `auto`, the first of
   * these that takes it.
   */
  readonly engine?: EngineName;
  /** Told about what the capture outlives: an interface that goes down, a filter that the kernel does not take. */
  readonly onWarning?: (message: string) => void;
}

/** How records are to be written. */
export interface RecordFormat {
  readonly timestampPrecision: TimestampPrecision;
}

/** Ready-made PCAP records; valid until the next batch is asked for. */
export interface RecordBatch {
  readonly bytes: Uint8Array;
  readonly frames: number;
  /** Of `bytes`, those that are frames and not record headers. */
  readonly frameBytes: number;
}

/** A live capture: a source that can also record. */
export interface LiveSource extends CaptureSource {
  readonly interfaceName: string;
  /**
   * The hot way to a file. Ends by itself after `limit` records.
   * @throws StackError `INTERFACE_GONE`
   */
  records(format: RecordFormat, options?: ReadOptions & { readonly limit?: number }): AsyncIterable<RecordBatch>;
}

/**
 * Opens an interface, or all of them as `any`. The capture runs from here on; ask for frames soon.
 * @throws FilterError when `filter` is no filter for this link type
 * @throws StackError `PRIVILEGE` without CAP_NET_RAW, `NO_INTERFACE`, `MEMORY`
 * @throws SyscallError `SYSCALL`
 */
export function openLive(interfaceName: string, options: LiveOptions = {}): LiveSource {
  const device = findDevice(interfaceName);
  return new RingSource(device, options);
}

/** A source over one ring. */
class RingSource implements LiveSource {
  readonly interfaceName: string;
  readonly linkType: LinkType;
  readonly snapLength: number;
  readonly #device: CaptureDevice;
  /** What is left for us to judge with: none when all frames are wanted, or the kernel judges. */
  #instructions: readonly BpfInstruction[] | undefined;
  #filter: FrameFilter | undefined;
  readonly #engine: EngineName;
  readonly #blockTimeout: number;
  readonly #warn: (message: string) => void;
  readonly #socket: PacketSocket;
  readonly #memory: CaptureMemory;
  readonly #ring: BlockRing;
  readonly #batch: BlockBatch;
  readonly #closing = new AbortController();
  #reading = false;
  /** No frame enters any more; what is in the ring is still to be read. */
  #refusing = false;
  #received = 0;
  #dropped = 0;
  #freezes = 0;

  constructor(device: CaptureDevice, options: LiveOptions) {
    this.interfaceName = device.name;
    this.linkType = device.linkType;
    this.snapLength = options.snapLength ?? DEFAULT_SNAP_LENGTH;
    this.#device = device;
    this.#engine = options.engine ?? 'auto';
    this.#blockTimeout = options.blockTimeout ?? DEFAULT_BLOCK_TIMEOUT;
    this.#warn = options.onWarning ?? (() => {});
    const program = this.#compile(options.filter);

    const geometry = ringGeometry(options.bufferSize ?? DEFAULT_BUFFER_SIZE, this.#blockTimeout);
    this.#socket = new PacketSocket(device);
    try {
      const ringSize = geometry.blockSize * geometry.blockCount;
      this.#memory = new CaptureMemory({ ringSize, outputSize: geometry.blockSize * OUTPUT_BLOCKS + COPY_STEP });
      this.#socket.attachRing(this.#memory, geometry);
      if (program !== undefined) this.#judgeBy(program);
      this.#socket.start(options.promiscuous ?? true);
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#ring = new BlockRing(this.#memory, geometry);
    this.#batch = new BlockBatch(this.#memory, { ...device, snapLength: this.snapLength, filter: this.#filter });
  }

  async *batches(options: ReadOptions = {}): AsyncGenerator<FrameBatch, void, undefined> {
    const stop = this.#begin(options.signal);
    try {
      do {
        for (let block = this.#ring.peek(); block !== undefined; block = this.#ring.peek()) {
          try {
            yield this.#batch.wrap(block);
          } finally {
            this.#ring.release();
          }
        }
      } while (await this.#more(stop));
    } finally {
      this.#reading = false;
    }
  }

  packets(options: ReadOptions = {}): AsyncGenerator<Packet, void, undefined> {
    return ownPackets(this.batches(options));
  }

  async *records(
    format: RecordFormat,
    options: ReadOptions & { readonly limit?: number } = {},
  ): AsyncGenerator<RecordBatch, void, undefined> {
    const stop = this.#begin(options.signal);
    const recorder = this.#createRecorder(format);
    let remaining = options.limit ?? Number.POSITIVE_INFINITY;
    try {
      do {
        for (;;) {
          const batch = this.#gather(recorder, remaining);
          if (batch.frames > 0) yield batch;
          remaining -= batch.frames;
          if (remaining === 0) return;
          if (batch.frames === 0) break;
        }
      } while (await this.#more(stop));
    } finally {
      this.#reading = false;
    }
  }

  /** Walks blocks until there is none, the output area is full or `limit` is reached; each goes straight back. */
  #gather(recorder: Recorder, limit: number): RecordBatch {
    const { output } = this.#memory;
    let length = 0;
    let frames = 0;
    for (let blocks = 0; blocks < OUTPUT_BLOCKS && frames < limit; blocks += 1) {
      const block = this.#ring.peek();
      if (block === undefined) break;
      length += recorder.record(block, output + length, Math.min(limit - frames, MAX_UINT32));
      frames += recorder.kept;
      this.#ring.release();
    }
    const bytes = this.#memory.bytes.subarray(output, output + length);
    return { bytes, frames, frameBytes: length - frames * PcapRecordHeader.length };
  }

  statistics(): CaptureStatistics {
    this.#addCounters();
    return { received: this.#received, dropped: this.#dropped, freezes: this.#freezes };
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#addCounters();
    this.#closing.abort();
    this.#memory.unmapRing();
    this.#socket.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** One reader at a time: two would tear blocks out of each other's hands. */
  #begin(signal: AbortSignal | undefined): AbortSignal {
    if (this.#reading) throw new StackError('BUSY', `the capture on ${this.interfaceName} is being read already`);
    this.#reading = true;
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal]);
  }

  /**
   * Waits for the next block. After `stop` no new frame enters the ring, and one last wait of a block's time brings
   * what the kernel holds in the block that it is filling.
   * @returns false when nothing will come any more
   */
  async #more(stop: AbortSignal): Promise<boolean> {
    if (this.#closing.signal.aborted || this.#refusing) return false;
    if (stop.aborted) {
      this.#refusing = true;
      this.#socket.refuseFrames();
      await waitReadable(this.#socket.fd, { signal: this.#closing.signal, timeout: 2 * this.#blockTimeout });
      return !this.#closing.signal.aborted;
    }
    await waitReadable(this.#socket.fd, { signal: stop });
    if (!this.#closing.signal.aborted && this.#ring.peek() === undefined) this.#lookForTrouble();
    return true;
  }

  /** The interface going down is outlived: the kernel goes on by itself when it is back. Going away is not. */
  #lookForTrouble(): void {
    const error = this.#socket.takeError();
    if (error === 0) return;
    if (!isInterfaceDownError(error)) throw syscallError('poll', error, `capture on ${this.interfaceName}`);
    if (interfaceNameOf(this.#socket.fd, this.#device.index) === undefined) {
      throw new StackError('INTERFACE_GONE', `the interface ${this.interfaceName} went away while capturing`);
    }
    this.#warn(`${this.interfaceName} went down; the capture goes on when it is up again`);
  }

  #addCounters(): void {
    if (this.#closing.signal.aborted) return;
    const { packets, drops, freezes } = this.#socket.readCounters();
    this.#received += packets;
    this.#dropped += drops;
    this.#freezes += freezes;
  }

  #compile(filter: LiveOptions['filter']): readonly BpfInstruction[] | undefined {
    if (typeof filter !== 'string') return filter;
    const { netmask } = this.#device;
    return compileFilter(filter, {
      linkType: this.linkType,
      snapLength: this.snapLength,
      live: true,
      ...(netmask === undefined ? {} : { netmask }),
    }).instructions;
  }

  #judgeBy(program: readonly BpfInstruction[]): void {
    const { memory } = this.#memory;
    const engine = createEngine(program, { engine: this.#engine, ...(memory === undefined ? {} : { memory }) });
    if (this.#attachKernelFilter(program, engine.attach)) return;
    const needsAncillary = usesAncillary(program);
    this.#instructions = program;
    this.#filter = (frame) =>
      engine.run(frame.data, frame.offset, frame.length, frame.wireLength, needsAncillary ? frame : undefined);
  }

  /**
   * Lets the kernel judge, where it may and can. Nothing slips through beside it, since the socket is bound only later,
   * and so nothing is judged twice.
   * @returns whether it does
   * @throws StackError `FILTER_KERNEL` when only the kernel may and it does not take the program
   */
  #attachKernelFilter(program: readonly BpfInstruction[], mayAttach: boolean): boolean {
    if (this.#engine === 'wasm' || this.#engine === 'interpreter') return false;
    const adapted = this.#device.cooked ? adaptForCookedSocket(program, this.linkType) : program;
    if (mayAttach && adapted !== undefined && this.#socket.attachFilter(adapted)) return true;
    const refusal = 'the kernel does not take this filter';
    if (this.#engine === 'kernel') throw new StackError('FILTER_KERNEL', `${refusal}: use another --engine`);
    this.#warn(`${refusal}: every frame comes to user space and is judged here`);
    return false;
  }

  #createRecorder(format: RecordFormat): Recorder {
    const { cooked, skipsLoopbackOutgoing } = this.#device;
    const { timestampPrecision } = format;
    const settings = { cooked, skipsLoopbackOutgoing, timestampPrecision, snapLength: this.snapLength };
    const mayPump = this.#engine !== 'interpreter';
    return createRecorder(this.#memory, this.#batch, { ...settings, instructions: this.#instructions }, mayPump);
  }
}
