/**
 * A recording as a series of files: rotation, rings, quotas. A batch within one file is passed on unchanged; only a
 * batch that crosses a border is split record by record. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import { type Clock, systemClock } from '../../base/clock.ts';
import { StackError } from '../../base/errors.ts';
import type { RecordBatch } from '../../capture/index.ts';
import {
  DIRECT_BLOCK,
  type FrameLayout,
  isPlainFile,
  type RecordFileFormat,
  type RecordFormat,
} from '../../pcap/index.ts';
import type { OutputEnd, RecordOutput, TakenRecords } from '../record-output.ts';
import { nextSecond, walkRecords } from '../walk-records.ts';
import { FileBorders } from './file-borders.ts';
import { FreeSpace, mayFill } from './free-space.ts';
import { holdBatch } from './hold-batch.ts';
import { OutputLedger } from './output-ledger.ts';
import { OutputRoom } from './output-room.ts';
import { OwnFiles } from './own-files.ts';
import { type OpenFile, SeriesFiles } from './series-files.ts';
import type { FileSeriesOptions } from './series-options.ts';

/** Milliseconds after the end of a file's time until it is closed, when no frame arrives. */
const QUIET_MILLISECONDS = 1000;
/** A batch in place is preceded by filler up to a block boundary. */
const MAX_FILLER = 2 * DIRECT_BLOCK;
const NOTHING: TakenRecords = { frames: 0, frameBytes: 0 };

/**
 * An output of `record` that writes one file or several.
 *
 * @example
 * const files = new FileSeries('mail-%Y%m%dT%H%M%S-%N.pcap', pcapFileFormat(source), {
 *   rotation: { bytes: 100e6 },
 *   ring: 10,
 * });
 * const { reason } = await record(source, files, { signal });
 * await files.close();
 */
export class FileSeries implements RecordOutput {
  readonly recordFormat: RecordFormat;
  readonly #formatNow: () => RecordFileFormat;
  readonly #layout: FrameLayout;
  readonly #options: FileSeriesOptions;
  readonly #borders: FileBorders;
  readonly #clock: Clock;
  readonly #files: SeriesFiles;
  readonly #room: OutputRoom;
  readonly #ledger: OutputLedger;
  readonly #stop = new AbortController();
  /** The file that `lead` was called for, and the length of its lead. */
  #leadOf: OpenFile | undefined;
  #leadLength = 0;
  /** Time for the name of the next file, set by `next` or its first frame. */
  #nextStart: number | undefined;
  #lastTake: number;
  #busy = false;
  #ended: OutputEnd | undefined;

  /**
   * Begins the first file, unless `isLazy` is set.
   * @param name a template such as `mail-%Y%m%dT%H%M%S-%N.pcap`, with conversions of strftime(3) and `%N`, the file
   * number; `-` is standard output. With `rotation` a name without `%` gets `-%N` before its extension.
   * @param format of all files; a function is called for each file, and its formats may differ only in their headers
   * @throws StackError `USAGE` for an invalid name, `FILE_CREATE`
   * @throws OutputError if the header cannot be written
   */
  constructor(name: string, format: RecordFileFormat | (() => RecordFileFormat), options: FileSeriesOptions = {}) {
    const { rotation, clock = systemClock, byteLimit, quota, ring, onWarning = () => {} } = options;
    const isFile = isPlainFile(name);
    if (!isFile && (rotation !== undefined || quota !== undefined)) {
      throw new StackError('USAGE', `${name} is not a regular file; it can be neither rotated nor limited by a quota`);
    }
    this.#formatNow = typeof format === 'function' ? format : () => format;
    const { recordFormat, layout } = this.#formatNow();
    this.recordFormat = recordFormat;
    this.#layout = layout;
    this.#options = options;
    this.#borders = new FileBorders(layout, options);
    this.#clock = clock;
    this.#ledger = options.ledger ?? new OutputLedger();
    const own = new OwnFiles(onWarning);
    this.#files = new SeriesFiles(name, this.#formatNow, options, { own, onFailure: () => this.#stop.abort() });
    if (options.isLazy !== true) {
      this.#files.begin(clock.wallTime() / 1000);
      this.#ledger.add('files', 1);
    }
    const isChecked = isFile && !mayFill(options.freeSpace);
    const folder = (): string => this.#files.folderAt(this.#nextStart ?? clock.wallTime() / 1000);
    const space = isChecked ? new FreeSpace(folder, options.freeSpace, clock, options.readSpace) : undefined;
    const accounts = { open: this.#files, closed: own, ledger: this.#ledger };
    this.#room = new OutputRoom({ byteLimit, quota, isRing: ring !== undefined }, accounts, space);
    this.#room.settle();
    this.#lastTake = clock.now();
    if (this.#borders.endByClock) void this.#watchQuiet();
  }

  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** Why the series ended; undefined while it continues, and after an error. */
  get ended(): OutputEnd | undefined {
    return this.#ended;
  }

  /** Files begun so far. */
  get fileCount(): number {
    return this.#files.begun;
  }

  get lost(): number {
    return this.#files.lost;
  }

  lead(): Uint8Array {
    const { open } = this.#files;
    const lead = open?.file.lead() ?? EMPTY;
    this.#leadOf = open;
    this.#leadLength = lead.length;
    return lead;
  }

  /** Writes the batch to as many files as its records need; only a part of it when the series ends. */
  async take(batch: RecordBatch): Promise<TakenRecords> {
    if (this.#stop.signal.aborted) return NOTHING;
    this.#busy = true;
    this.#lastTake = this.#clock.now();
    const { frameLimit = Number.POSITIVE_INFINITY } = this.#options;
    const granted = this.#ledger.claim('frames', batch.frames, frameLimit);
    let taken = NOTHING;
    try {
      if (granted < batch.frames) taken = granted === 0 ? NOTHING : await this.#shareOut(batch, granted);
      else taken = (await this.#fits(batch)) ? await this.#takeWhole(batch) : await this.#shareOut(batch);
    } finally {
      this.#ledger.add('frames', taken.frames - granted);
      this.#room.settle();
      this.#busy = false;
    }
    if (this.#ledger.total('frames') >= frameLimit) this.#end('limit');
    return taken;
  }

  /** Updates the ledger with the progress of the disk, for others that share it. */
  settle(): void {
    this.#room.settle();
  }

  /**
   * Ends the current file. @param start time for the next name in seconds since 1970. Default: its first frame's time
   */
  next(start?: number): void {
    this.#finish();
    this.#nextStart = start;
  }

  /** Resolves when all records are in the files. @throws OutputError of the file that failed */
  async flush(): Promise<void> {
    await this.#files.flush();
  }

  /** Closes the last file. @throws OutputError as `flush` */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#files.finish();
    try {
      await this.#files.flush();
    } finally {
      this.#room.settle();
      this.#options.onClosed?.();
    }
  }

  /** Returns whether the current file certainly takes the whole batch, without looking at single records. */
  async #fits({ bytes, frames, inPlace }: RecordBatch): Promise<boolean> {
    const { open } = this.#files;
    if (open === undefined || (open !== this.#leadOf && !inPlace)) return false;
    const start = inPlace ? 0 : this.#leadLength;
    const length = bytes.length - start + (inPlace ? MAX_FILLER : 0);
    const now = this.#clock.wallTime() / 1000;
    if (!this.#borders.mayTakeAll(open, { bytes, at: start, length, frames }, now)) return false;
    return (await this.#room.find(length)).bytes >= length;
  }

  async #takeWhole(batch: RecordBatch): Promise<TakenRecords> {
    const { open } = this.#files;
    if (open === undefined) return NOTHING;
    open.file.take(batch);
    open.frames += batch.frames;
    await open.file.ready();
    this.#finishWhenCounted(open);
    return batch;
  }

  /** @param most maximum number of frames */
  async #shareOut(batch: RecordBatch, most = Number.POSITIVE_INFINITY): Promise<TakenRecords> {
    const held = holdBatch(batch);
    const layout = this.#layout;
    const { bytes } = batch;
    let continued = batch.inPlace ? undefined : this.#leadOf;
    let frames = 0;
    let frameBytes = 0;
    let at = batch.inPlace ? 0 : this.#leadLength;
    try {
      while (at < bytes.length && frames < most) {
        const open = await this.#fileFor(bytes, at);
        if (open === undefined) break;
        const recordLength = layout.recordLength(bytes, at);
        const room = await this.#room.find(bytes.length - at);
        if (room.bytes < recordLength) {
          this.#end(room.reason);
          break;
        }
        const own = this.#borders.limitsOf(open, bytes, at);
        const run = walkRecords(layout, bytes, at, {
          ...own,
          bytes: Math.min(own.bytes, room.bytes),
          frames: Math.min(own.frames, most - frames),
        });
        const isContinued = open === continued;
        const part = { bytes: bytes.subarray(isContinued ? 0 : at, run.end), frames: run.frames, retain: held.retain };
        if (isContinued) open.file.take(part);
        else open.file.append(part);
        continued = undefined;
        open.frames += run.frames;
        frames += run.frames;
        frameBytes += run.frameBytes;
        at = run.end;
        await open.file.ready();
        this.#finishWhenCounted(open);
      }
    } catch (error) {
      this.#files.fail(error); // `flush` throws it, after the written frames were counted
    } finally {
      held.release();
    }
    return { frames, frameBytes };
  }

  /** Returns the file for the record at `bytes[at]`: the current one or the next; undefined if the series ends. */
  async #fileFor(bytes: Uint8Array, at: number): Promise<OpenFile | undefined> {
    const { open } = this.#files;
    if (open !== undefined && !this.#borders.isFull(open, bytes, at)) return open;
    this.#finish();
    const layout = this.#layout;
    const second = nextSecond(layout, bytes, at) ?? this.#clock.wallTime() / 1000;
    this.#nextStart ??= this.#borders.startOf(second);
    const length = this.#formatNow().header.length + this.#files.epilogueLength + layout.recordLength(bytes, at);
    const room = await this.#room.find(length);
    if (room.bytes < length) this.#end(room.reason);
    if (this.#stop.signal.aborted) return undefined;
    await this.#files.makePlace();
    if (this.#ledger.claim('files', 1, this.#fileLimit) === 0) {
      this.#end('file-limit');
      return undefined;
    }
    const start = this.#nextStart;
    this.#nextStart = undefined;
    return this.#files.begin(start);
  }

  get #fileLimit(): number {
    return this.#options.fileLimit ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Closes a file that holds its number of frames, without waiting for the next frame. A file that is not live may have
   * further records for it that are not frames.
   */
  #finishWhenCounted(open: OpenFile): void {
    if (this.#options.isLive !== false && this.#borders.hasAllFrames(open)) this.#finish();
  }

  #finish(): void {
    this.#files.finish();
    if (this.#ledger.total('files') >= this.#fileLimit) this.#end('file-limit');
  }

  #end(reason: OutputEnd): void {
    if (this.#stop.signal.aborted) return;
    this.#ended = reason;
    this.#stop.abort();
  }

  async #watchQuiet(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#clock.sleep(QUIET_MILLISECONDS, this.#stop.signal);
      const { open } = this.#files;
      const isQuiet = !this.#busy && this.#clock.now() - this.#lastTake >= QUIET_MILLISECONDS;
      if (open === undefined || !isQuiet) continue;
      if (this.#borders.isOver(open, this.#clock.wallTime() / 1000, QUIET_MILLISECONDS / 1000)) this.#finish();
    }
  }
}
