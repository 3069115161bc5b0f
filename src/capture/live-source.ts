/** Options of live captures, and the sources they open. @module */
import type { CaptureSource, ReadOptions } from '../base/frame.ts';
import type { BpfInstruction, Direction, EngineName, NameResolver } from '../bpf/index.ts';
import type { CaptureInterface, GatheredRecords, RecordFormat } from '../pcap/index.ts';
import type { TimestampType } from './hardware-timestamps.ts';

/** The same as `tcpdump -s 0`. */
export const DEFAULT_SNAP_LENGTH = 262_144;
export const DEFAULT_BUFFER_SIZE = 32 << 20;
export const DEFAULT_BLOCK_TIMEOUT = 100;

/**
 * Sockets that share the frames of an interface, each frame going to one of them. `hash`: by flow, both directions to
 * the same socket; `cpu`: by receiving CPU; `rollover`: all to one until its ring is full, then to the next.
 */
export interface FanoutGroup {
  readonly mode: 'hash' | 'cpu' | 'rollover';
  /** The group to join, from the `fanoutId` of its first socket. Default: a new group. */
  readonly id?: number;
}

export interface LiveOptions {
  /**
   * Filter text in pcap-filter(7) syntax, or a compiled program for this link type. Its result limits the kept length,
   * including a cooked header and a restored tag, up to the snap length. Default: all frames.
   */
  readonly filter?: string | readonly BpfInstruction[];
  /** Resolves host names in the filter. */
  readonly resolver?: NameResolver;
  /** Bytes to keep of each frame, 1 to 262,144. Default: 262,144. */
  readonly snapLength?: number;
  /** Size of the kernel ring in bytes. Default: 32 MiB. */
  readonly bufferSize?: number;
  /** Receive frames for other hosts too. Default: true; never on `any`. */
  readonly promiscuous?: boolean;
  /** Capture received frames only, or sent ones only. Default: `inout`, both. */
  readonly direction?: Direction;
  /**
   * Clock that stamps the frames: the host, or the device, synchronized with the host or not. A device without that
   * clock gives a warning, and the host stamps. Frames that the device does not stamp, such as sent ones, have the time of
   * the host. Default: `host`.
   */
  readonly timestamps?: TimestampType;
  /** False: do not optimize the program of the filter. Default: true. */
  readonly optimize?: boolean;
  /** Maximum time in milliseconds that a frame waits in the ring. Default: 100. */
  readonly blockTimeout?: number;
  /**
   * Where the filter runs: the kernel, or user space by WebAssembly or the interpreter. Default: `auto`, the first of
   * these that accepts it.
   */
  readonly engine?: EngineName;
  /** Shares the frames of the interface with other captures, for instance in other threads. Default: all frames. */
  readonly fanout?: FanoutGroup;
  /**
   * Overwrites the bytes of a batch with 0xDB once it was returned, to find code that keeps borrowed frames. Writes
   * every byte of the ring. Default: false.
   */
  readonly poison?: boolean;
  /** Receives warnings: the interface went down, the kernel rejected the filter. */
  readonly onWarning?: (message: string) => void;
}

export interface RecordReadOptions extends ReadOptions {
  /** Ends after this many records. */
  readonly limit?: number;
  /** Returns up to 4,096 bytes to put before the records of the next batch. */
  readonly lead?: () => Uint8Array;
}

/** Ready-made records; valid until the next batch is requested or the source closes, unless retained. */
export interface RecordBatch extends GatheredRecords {
  /**
   * `bytes` are ring blocks that became blocks of the file in place: without a lead, with filler, their length a
   * multiple of 4,096. They return to the kernel when they are no longer retained. Otherwise `bytes` are the lead, then
   * the records, at an address that is a multiple of 4,096.
   */
  readonly inPlace: boolean;
  /** Bytes of frames in `bytes`, without lead and record headers. */
  readonly frameBytes: number;
  /**
   * Keeps `bytes` unchanged until the returned function is called, or the first of them if called several times. A
   * capture waits while all its areas are retained. Has no effect once the next batch was requested.
   */
  retain(): () => void;
}

/** A live capture: a source that also returns ready-made records. */
export interface LiveSource extends CaptureSource {
  readonly interfaceName: string;
  /** The interface, as capture files describe it. */
  readonly interfaces: readonly [CaptureInterface];
  /** Number of its fanout group. */
  readonly fanoutId: number | undefined;
  /**
   * Returns the frames as records, the fast path to a file. Ends after `limit` records.
   * @throws StackError `INTERFACE_GONE`
   */
  records(format: RecordFormat, options?: RecordReadOptions): AsyncIterable<RecordBatch>;
}
