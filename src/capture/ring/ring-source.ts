/**
 * A live source over one packet ring. `batches()` lends frames to a visitor; `records()` returns ready-made records,
 * written by the pump, for a file. @module
 */
import { StackError } from '../../base/errors.ts';
import {
  type CaptureStatistics,
  type FrameBatch,
  ownPackets,
  type Packet,
  type ReadOptions,
} from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import type { BpfInstruction, EngineName } from '../../bpf/index.ts';
import type { CaptureInterface, RecordFormat } from '../../pcap/index.ts';
import { systemName } from '../../sys/machine.ts';
import { ReadableWaiter } from '../../sys/readiness.ts';
import type { CaptureDevice } from '../device.ts';
import type { TimestampType } from '../hardware-timestamps.ts';
import { compileLive, type FilterPlacement, placeFilter } from '../live-filter.ts';
import {
  DEFAULT_BLOCK_TIMEOUT,
  DEFAULT_BUFFER_SIZE,
  DEFAULT_SNAP_LENGTH,
  type LiveOptions,
  type LiveSource,
  type RecordBatch,
  type RecordReadOptions,
} from '../live-source.ts';
import { CaptureMemory } from '../memory.ts';
import type { RingLoan } from '../merge/ring-input.ts';
import { outputSizeFor } from '../pump/output-areas.ts';
import { createPump, PumpCounters } from '../pump/pump.ts';
import { type Recorders, RecordGatherer, recordRoomFor } from '../pump/record-gatherer.ts';
import { createRecorder } from '../pump/recorder.ts';
import { BlockBatch } from './block-batch.ts';
import { BusyPause } from './busy-pause.ts';
import { PacketSocket } from './packet-socket.ts';
import { BlockRing, ringGeometry } from './ring.ts';
import { RingArrival } from './ring-arrival.ts';

/** A source over one ring. */
export class RingSource implements LiveSource {
  readonly interfaceName: string;
  readonly linkType: LinkType;
  readonly snapLength: number;
  readonly interfaces: readonly [CaptureInterface];
  readonly fanoutId: number | undefined;
  readonly #device: CaptureDevice;
  readonly #placement: FilterPlacement;
  /** Maximum number of bytes to keep per frame. */
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
  /** Takes back the batch that `records` lent; a batch is not valid after its source closes. */
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
      const isFirst = options.fanout?.id === undefined; // of the sockets that share a device, one warns
      useTimestamps(this.#socket, device, options.timestamps ?? 'host', isFirst ? warn : () => {});
      const { placement, fanoutId, isUp } = this.#start(program, options, warn);
      isDown = !isUp;
      this.#placement = placement;
      this.#keep = Math.min(this.snapLength, placement.longest);
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
    this.#batch = new BlockBatch(this.#memory, {
      ...device,
      snapLength: this.#keep,
      createFilter: this.#placement.createFilter,
    });
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

  async *records(format: RecordFormat, options: RecordReadOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const waiter = this.#begin(options.signal);
    try {
      const gatherer = new RecordGatherer(this.#memory, this.#ring, this.#createRecorders(format), options);
      this.#takeRecordsBack = () => gatherer.areas.takeBack();
      let pause: number;
      do {
        const before = this.#ring.takenEver;
        while (!this.#closing.signal.aborted) {
          const batch = gatherer.gather();
          if (batch !== undefined) yield batch;
          else if (gatherer.areas.isEmpty) await gatherer.areas.returned();
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
    const isFilteredHere = this.#placement.instructions !== undefined;
    return {
      received: this.#received,
      accepted: isFilteredHere ? this.#batch.accepted + this.#pumped.accepted : this.#received,
      dropped: this.#dropped,
      freezes: this.#freezes,
      truncated: this.#batch.truncated + this.#pumped.truncated,
      vlanTags: this.#batch.vlanTags + this.#pumped.vlanTags,
    };
  }

  /** Lends the ring to a merge, which reads it from here on. @throws StackError `BUSY` */
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

  /** Ends the loan of the ring. */
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
    this.#takeRecordsBack(); // a close in the middle of a batch would wait for itself
    await this.#ring.allReturned(); // retained blocks may be on their way to a disk
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

  /** Allows one reader at a time. @throws StackError `BUSY` */
  #claim(): void {
    if (this.#reading) throw new StackError('BUSY', `the capture on ${this.interfaceName} is already being read`);
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
   * Attaches the filter before frames arrive. Only a bound socket can join a fanout group, and until then it would
   * receive all frames: so it refuses them meanwhile.
   * @returns where the filter runs, and the number of the fanout group
   */
  #start(
    program: readonly BpfInstruction[] | undefined,
    { fanout, promiscuous = true }: LiveOptions,
    warn: (message: string) => void,
  ): { placement: FilterPlacement; fanoutId: number | undefined; isUp: boolean } {
    const socket = this.#socket;
    const parts = { device: this.#device, socket, memory: this.#memory, engine: this.#engine, warn };
    if (fanout === undefined) {
      const placement = placeFilter(program, parts);
      return { placement, fanoutId: undefined, isUp: socket.start(promiscuous) };
    }
    socket.refuseFrames();
    const isUp = socket.start(promiscuous);
    const fanoutId = socket.joinFanout(fanout, isUp);
    const placement = placeFilter(program, parts);
    if (!placement.isAttached) socket.acceptFrames();
    return { placement, fanoutId, isUp };
  }

  #createRecorders(format: RecordFormat): Recorders {
    const { cooked, skipsLoopbackOutgoing } = this.#device;
    const settings = {
      cooked,
      skipsLoopbackOutgoing,
      format,
      snapLength: this.#keep,
      instructions: this.#placement.instructions,
    };
    const gathering = createRecorder(this.#memory, this.#batch, settings, this.#engine !== 'interpreter');
    const mayPlace = format.container === 'pcapng' && format.inPlace && this.#keepsAll && this.#pause.isRoomy;
    const placing = mayPlace
      ? createPump(this.#memory, { ...settings, placeInBlocksOf: this.#ring.blockSize })
      : undefined;
    return { gathering, placing };
  }

  /**
   * Every frame in the ring is wanted and whole. Frames that are rejected or cut here must not reach a file in place.
   */
  get #keepsAll(): boolean {
    const isCutHere = !this.#placement.isAttached && this.snapLength < DEFAULT_SNAP_LENGTH;
    return this.#placement.instructions === undefined && !this.#device.skipsLoopbackOutgoing && !isCutHere;
  }
}

function useTimestamps(
  socket: PacketSocket,
  { name }: CaptureDevice,
  type: TimestampType,
  warn: (message: string) => void,
): void {
  if (type === 'host' || socket.useDeviceClock(type)) return;
  warn(`${name} has no timestamps of type ${type}; the host stamps the frames`);
}

function describe(
  { name, linkType, facts }: CaptureDevice,
  snapLength: number,
  { filter }: LiveOptions,
): CaptureInterface {
  return {
    name,
    linkType,
    snapLength,
    ...facts,
    operatingSystem: systemName(),
    ...(typeof filter === 'string' && filter !== '' ? { filter } : {}),
  };
}
