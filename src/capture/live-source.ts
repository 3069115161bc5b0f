/** What a live capture is asked for, and what it gives. @module */
import type { CaptureSource, ReadOptions } from '../base/frame.ts';
import type { BpfInstruction, EngineName, NameResolver } from '../bpf/index.ts';
import type { CaptureInterface, GatheredRecords, RecordFormat } from '../pcap/index.ts';

/** What `tcpdump -s 0` takes too. */
export const DEFAULT_SNAP_LENGTH = 262_144;
export const DEFAULT_BUFFER_SIZE = 32 << 20;
export const DEFAULT_BLOCK_TIMEOUT = 100;

/**
 * Sockets that share the frames of an interface, each frame to one of them. `hash`: frames of one flow, both
 * directions, to one socket; `cpu`: by the CPU that the frame came in on; `rollover`: all to one until its ring is full,
 * then to the next.
 */
export interface FanoutGroup {
  readonly mode: 'hash' | 'cpu' | 'rollover';
  /** Of the group to join, as the first socket's `fanoutId` says. None: a new group. */
  readonly id?: number;
}

export interface LiveOptions {
  /**
   * pcap-filter(7) text, or a ready program for this link type: of a frame what it says is kept, a cooked header and a tag
   * put back counted, but not more than the snap length. None accepts every frame.
   */
  readonly filter?: string | readonly BpfInstruction[];
  /** Knows the host names that the filter has. */
  readonly resolver?: NameResolver;
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
  /** Shares the interface's frames with other captures, in other threads for instance. Default: all frames. */
  readonly fanout?: FanoutGroup;
  /**
   * For finding code that keeps a lent frame: once a batch has gone back, its bytes read 0xDB. Costs a write of every
   * byte of the ring. Default: false.
   */
  readonly poison?: boolean;
  /** Told about what the capture outlives: an interface that goes down, a filter that the kernel does not take. */
  readonly onWarning?: (message: string) => void;
}

export interface RecordReadOptions extends ReadOptions {
  /** Ends after so many records. */
  readonly limit?: number;
  /** Asked before each batch is gathered: up to 4,096 bytes to put in front of its records. */
  readonly lead?: () => Uint8Array;
}

/** Ready-made records; valid until the next batch is asked for or the source closes, unless retained. */
export interface RecordBatch extends GatheredRecords {
  /**
   * `bytes` are blocks of the ring itself, made blocks of the file where they are: no lead, and a length that is a
   * multiple of 4,096, much of it filler. They are the kernel's again when they are no longer retained. Otherwise
   * `bytes` are the lead, then the records, and begin at an address that is a multiple of 4,096.
   */
  readonly inPlace: boolean;
  /** Of `bytes`, those that are frames and neither lead nor record headers. */
  readonly frameBytes: number;
  /**
   * Keeps `bytes` as they are until the returned function is called, whichever of them when it is retained twice; a
   * capture waits when all its areas are kept. Too late, once the next batch was asked for, it does nothing.
   */
  retain(): () => void;
}

/** A live capture: a source that can also record. */
export interface LiveSource extends CaptureSource {
  readonly interfaceName: string;
  /** The one interface, as a capture file describes it. */
  readonly interfaces: readonly [CaptureInterface];
  /** Of its fanout group. */
  readonly fanoutId: number | undefined;
  /**
   * The hot way to a file. Ends by itself after `limit` records.
   * @throws StackError `INTERFACE_GONE`
   */
  records(format: RecordFormat, options?: RecordReadOptions): AsyncIterable<RecordBatch>;
}
