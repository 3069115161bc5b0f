/**
 * A recording as a series of files: rotation, rings, quotas. A batch that stays within the present file is handed on as
 * it is; only one that crosses a border is walked record by record and shared out. @module
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

/** A file whose time is up is closed so many milliseconds later, when no frame has come that begins the next one. */
const QUIET_MILLISECONDS = 1000;
/** Before a batch that goes out in place the file is filled up to a whole block. */
const MAX_FILLER = 2 * DIRECT_BLOCK;
const NOTHING: TakenRecords = { frames: 0, frameBytes: 0 };

/**
 * Where `record` writes when one file does not do.
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
  /** Which file `lead` was asked of, and how long the lead was. */
  #leadOf: OpenFile | undefined;
  #leadLength = 0;
  /** What the next file's name is to say, as `next` was told or its first frame says. */
  #nextStart: number | undefined;
  #lastTake: number;
  #busy = false;
  #ended: OutputEnd | undefined;

  /**
   * Begins the first file, unless it is to wait for a frame.
   * @param name a template as `mail-%Y%m%dT%H%M%S-%N.pcap`, of strftime(3)'s letters and `%N`, the file's number; `-` is
   * standard output. With `rotation` a name without any `%` gets `-%N` before its extension.
   * @param format of all files; a function is called for each. Its formats may differ in their headers only
   * @throws StackError `USAGE` for a name that cannot be, `FILE_CREATE`
   * @throws OutputError when not even its header can be written
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

  /** Why the series takes no more; undefined while it does, and when it has failed. */
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

  /** Shares the batch out among as many files as its records need; takes less of it when the series ends. */
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

  /** Tells the ledger how far the disk has got: for those who share it. */
  settle(): void {
    this.#room.settle();
  }

  /** Ends the present file. @param start what the next one's name says, seconds since 1970. Default: its first frame's time */
  next(start?: number): void {
    this.#finish();
    this.#nextStart = start;
  }

  /** Resolves when the files hold all that was taken. @throws OutputError of the file that could not be written */
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

  /** Whether all of it is certainly the present file's: found out without looking at single records. */
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

  /** @param most frames to take */
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
      this.#files.fail(error); // said by `flush`: what is in the files is counted first
    } finally {
      held.release();
    }
    return { frames, frameBytes };
  }

  /** The file that takes the record at `bytes[at]`: the present one or the next. Undefined: the series ends before it. */
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

  /** A file with all its frames is closed at once, not when the next frame comes. */
  #finishWhenCounted(open: OpenFile): void {
    if (this.#borders.hasAllFrames(open)) this.#finish();
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
