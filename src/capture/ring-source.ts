/**
 * A live source over one packet ring. Two ways out of it: `batches()` lends frames to a visitor, `records()` hands over
 * ready-made records that the pump has made, for a file. @module
 */
import { StackError } from '../base/errors.ts';
import { type CaptureStatistics, type FrameBatch, ownPackets, type Packet, type ReadOptions } from '../base/frame.ts';
import type { LinkType } from '../base/link-type.ts';
import type { BpfInstruction, EngineName } from '../bpf/index.ts';
import type { CaptureInterface, RecordFormat } from '../pcap/index.ts';
import { ReadableWaiter } from '../sys/readiness.ts';
import { BlockBatch } from './block-batch.ts';
import { BusyPause } from './busy-pause.ts';
import type { CaptureDevice } from './device.ts';
import { compileLive, judgeLive, type LiveJudge } from './live-filter.ts';
import {
  DEFAULT_BLOCK_TIMEOUT,
  DEFAULT_BUFFER_SIZE,
  DEFAULT_SNAP_LENGTH,
  type LiveOptions,
  type LiveSource,
  type RecordBatch,
  type RecordOptions,
} from './live-source.ts';
import { CaptureMemory } from './memory.ts';
import { outputSizeFor } from './output-areas.ts';
import { PacketSocket } from './packet-socket.ts';
import { createPump } from './pump.ts';
import { PumpCounters } from './pump-counters.ts';
import { type Recorders, RecordGatherer, recordRoomFor } from './record-gatherer.ts';
import { createRecorder } from './recorder.ts';
import { BlockRing, ringGeometry } from './ring.ts';
import { RingArrival } from './ring-arrival.ts';
import type { RingLoan } from './ring-input.ts';

/** A source over one ring. */
export class RingSource implements LiveSource {
  readonly interfaceName: string;
  readonly linkType: LinkType;
  readonly snapLength: number;
  readonly interfaces: readonly [CaptureInterface];
  readonly fanoutId: number | undefined;
  readonly #device: CaptureDevice;
  readonly #judge: LiveJudge;
  /** Bytes of a frame to keep at most. */
  readonly #keep: number;
  readonly #engine: EngineName;
  readonly #blockTimeout: number;
  readonly #socket: PacketSocket;
  readonly #memory: CaptureMemory;
  readonly #ring: BlockRing;
  readonly #arrival: RingArrival;
  readonly #pause: BusyPause;
  readonly #batch: BlockBatch;
  readonly #pumped = new PumpCounters();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;
  /** Of what `records` has lent; a batch is lent no longer once its source closes. */
  #takeRecordsBack: () => void = () => {};
  #reading = false;
  #received = 0;
  #dropped = 0;
  #freezes = 0;

  constructor(device: CaptureDevice, options: LiveOptions) {
    this.interfaceName = device.name;
    this.linkType = device.linkType;
    this.snapLength = options.snapLength ?? DEFAULT_SNAP_LENGTH;
    this.interfaces = [describe(device, this.snapLength, options)];
    this.#device = device;
    this.#engine = options.engine ?? 'auto';
    this.#blockTimeout = options.blockTimeout ?? DEFAULT_BLOCK_TIMEOUT;
    const warn = options.onWarning ?? (() => {});
    const program = compileLive(device, this.snapLength, options);

    const geometry = ringGeometry(options.bufferSize ?? DEFAULT_BUFFER_SIZE, this.#blockTimeout);
    this.#socket = new PacketSocket(device);
    let isDown: boolean;
    try {
      const ringSize = geometry.blockSize * geometry.blockCount;
      this.#memory = new CaptureMemory({ ringSize, outputSize: outputSizeFor(recordRoomFor(geometry.blockSize)) });
      this.#socket.attachRing(this.#memory, geometry);
      const { judge, fanoutId, isUp } = this.#start(program, options, warn);
      isDown = !isUp;
      this.#judge = judge;
      this.#keep = Math.min(this.snapLength, judge.longest);
      this.fanoutId = fanoutId;
    } catch (error) {
      this.#socket.close();
      throw error;
    }
    this.#ring = new BlockRing(this.#memory, geometry, options.poison ?? false);
    this.#arrival = new RingArrival(
      device,
      { socket: this.#socket, ring: this.#ring, isDown, warn },
      this.#closing.signal,
    );
    this.#pause = new BusyPause(geometry.blockSize * geometry.blockCount, this.#blockTimeout);
    this.#batch = new BlockBatch(this.#memory, { ...device, snapLength: this.#keep, filter: this.#judge.filter });
  }

  async *batches(options: ReadOptions = {}): AsyncGenerator<FrameBatch, void, undefined> {
    const waiter = this.#begin(options.signal);
    try {
      do {
        while (!this.#closing.signal.aborted) {
          const block = this.#ring.peek();
          if (block === undefined) break;
          try {
            yield this.#batch.wrap(block);
          } finally {
            this.#ring.release();
          }
        }
      } while (await this.#arrival.more(waiter));
    } finally {
      waiter.close();
      this.#reading = false;
    }
  }

  packets(options: ReadOptions = {}): AsyncGenerator<Packet, void, undefined> {
    return ownPackets(this.batches(options));
  }

  async *records(format: RecordFormat, options: RecordOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const waiter = this.#begin(options.signal);
    try {
      const gatherer = new RecordGatherer(this.#memory, this.#ring, this.#createRecorders(format), options);
      this.#takeRecordsBack = () => gatherer.takeBack();
      let pause: number;
      do {
        const before = this.#ring.takenEver;
        while (!this.#closing.signal.aborted) {
          const batch = gatherer.gather();
          if (batch !== undefined) yield batch;
          else if (gatherer.isStarved) await gatherer.returned();
          else break;
          if (gatherer.isDone) return;
        }
        pause = this.#pause.next(this.#ring.takenEver - before, this.#ring.isLent, performance.now());
      } while (await this.#arrival.more(waiter, pause));
    } finally {
      waiter.close();
      this.#takeRecordsBack();
      this.#reading = false;
    }
  }

  statistics(): CaptureStatistics {
    this.#addCounters();
    const isJudgedHere = this.#judge.filter !== undefined;
    return {
      received: this.#received,
      accepted: isJudgedHere ? this.#batch.accepted + this.#pumped.accepted : this.#received,
      dropped: this.#dropped,
      freezes: this.#freezes,
      truncated: this.#batch.truncated + this.#pumped.truncated,
      vlanTags: this.#batch.vlanTags + this.#pumped.vlanTags,
    };
  }

  /** For a merge, which reads the ring from here on. @throws StackError `BUSY` */
  lendRing(): RingLoan {
    this.#claim();
    return {
      fd: this.#socket.fd,
      ring: this.#ring,
      batch: this.#batch,
      blockTimeout: this.#blockTimeout,
      arrival: this.#arrival,
    };
  }

  /** The merge has ended. */
  takeRingBack(): void {
    this.#reading = false;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#addCounters();
    this.#closing.abort();
    this.#takeRecordsBack(); // else who closes in the middle of a batch would wait for himself
    await this.#ring.allReturned(); // what is retained may be on its way to a disk
    this.#memory.unmapRing();
    this.#socket.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @throws StackError `BUSY` */
  #begin(signal: AbortSignal | undefined): ReadableWaiter {
    this.#claim();
    const closing = this.#closing.signal;
    return new ReadableWaiter(this.#socket.fd, signal === undefined ? closing : AbortSignal.any([signal, closing]));
  }

  /** One reader at a time: two would tear blocks out of each other's hands. */
  #claim(): void {
    if (this.#reading) throw new StackError('BUSY', `the capture on ${this.interfaceName} is being read already`);
    this.#reading = true;
  }

  #addCounters(): void {
    if (this.#closing.signal.aborted) return;
    this.#pumped.update(this.#memory);
    const { packets, drops, freezes } = this.#socket.readCounters();
    this.#received += packets;
    this.#dropped += drops;
    this.#freezes += freezes;
  }

  /**
   * Filter first, then frames. Only a socket that gets frames can join a group, and until it has, they would be all: so
   * it refuses them until then.
   * @returns where the filter runs, the number of the fanout group, and whether the interface is up
   */
  #start(
    program: readonly BpfInstruction[] | undefined,
    { fanout, promiscuous = true }: LiveOptions,
    warn: (message: string) => void,
  ): { judge: LiveJudge; fanoutId: number | undefined; isUp: boolean } {
    const socket = this.#socket;
    const parts = { device: this.#device, socket, memory: this.#memory, engine: this.#engine, warn };
    if (fanout === undefined) {
      const judge = judgeLive(program, parts);
      return { judge, fanoutId: undefined, isUp: socket.start(promiscuous) };
    }
    socket.refuseFrames();
    const isUp = socket.start(promiscuous);
    const fanoutId = socket.joinFanout(fanout, isUp);
    const judge = judgeLive(program, parts);
    if (!judge.isAttached) socket.acceptFrames();
    return { judge, fanoutId, isUp };
  }

  #createRecorders(format: RecordFormat): Recorders {
    const { cooked, skipsLoopbackOutgoing } = this.#device;
    const settings = {
      cooked,
      skipsLoopbackOutgoing,
      format,
      snapLength: this.#keep,
      instructions: this.#judge.instructions,
    };
    const gathering = createRecorder(this.#memory, this.#batch, settings, this.#engine !== 'interpreter');
    const mayPlace = format.container === 'pcapng' && format.inPlace && this.#keepsAll && this.#pause.isRoomy;
    const placing = mayPlace
      ? createPump(this.#memory, { ...settings, placeInBlocksOf: this.#ring.blockSize })
      : undefined;
    return { gathering, placing };
  }

  /** Whatever enters the ring is wanted, and whole: frames that are refused here, or cut, must not get into a file. */
  get #keepsAll(): boolean {
    const isCutHere = !this.#judge.isAttached && this.snapLength < DEFAULT_SNAP_LENGTH;
    return this.#judge.instructions === undefined && !this.#device.skipsLoopbackOutgoing && !isCutHere;
  }
}

function describe({ name, linkType }: CaptureDevice, snapLength: number, { filter }: LiveOptions): CaptureInterface {
  return { name, linkType, snapLength, ...(typeof filter === 'string' && filter !== '' ? { filter } : {}) };
}
