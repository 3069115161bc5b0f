/**
 * Rewrites a PCAPNG file without loss: blocks are copied as they are, in their order, including those of kinds that tapline
 * does not know. Only one batch is in memory. @module
 */
import { EMPTY } from '../../base/bytes.ts';
import { StackError } from '../../base/errors.ts';
import type { CaptureStatistics, FrameBatch, ReadOptions } from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { OutputAreas, type RecordBatch, type RecordReadOptions } from '../../capture/index.ts';
import {
  BlockType,
  type BlockView,
  type Compression,
  compressionOfName,
  copiedBlocksFormat,
  type FileBatch,
  type FileSource,
  type RecordFileFormat,
  type RecordFormat,
  SectionLayout,
} from '../../pcap/index.ts';
import type { RecordInput } from '../record.ts';
import { FileSeries } from '../series/file-series.ts';
import type { FileSeriesOptions } from '../series/series-options.ts';
import { BLOCK_ROOM, BlockCopier, type CopyChanges } from './block-copier.ts';

/** Writes of 4 MiB cost the least per byte (bench/live/capture.ts). */
const FULL_LENGTH = 4 << 20;
/** Room for a block after them; a longer block gets a larger area. */
const USUAL_BLOCK_LENGTH = 1 << 20;
/** Maximum length of the blocks that every file of a series begins with. */
const MAX_PROLOGUE_LENGTH = 64 << 20;

/** Block types that frames may refer to: every file of a series begins with those of its section. */
const DESCRIPTIONS: readonly number[] = [
  BlockType.sectionHeader,
  BlockType.interfaceDescription,
  BlockType.nameResolution,
  BlockType.decryptionSecrets,
];

export interface CopyOptions extends CopyChanges {
  /** Default: from the extension of the name. */
  readonly compression?: Compression;
  readonly series?: FileSeriesOptions;
}

/**
 * Copies a PCAPNG file to another, or to a series: a source for `record`, and the output for it.
 * @param source opened with `blocks`
 * @param name as for `FileSeries`
 * @throws StackError `USAGE`, `FILE_CREATE`, `COMPRESSION`
 * @throws OutputError
 */
export function copyBlocks(
  source: FileSource,
  name: string,
  options: CopyOptions,
): { readonly source: CopiedBlocks; readonly output: FileSeries } {
  const { compression = compressionOfName(name), series = {} } = options;
  const layout = new SectionLayout(source);
  const formatOf = copiedBlocksFormat(layout, compression);
  const isSeries = series.rotation !== undefined;
  const isLazy = isSeries || series.isLazy === true; // the first file begins with all blocks before its first frame
  const copied = new CopiedBlocks(
    source,
    layout,
    { ...options, isSelective: options.isSelective || isSeries },
    isSeries,
  );
  let format: RecordFileFormat | undefined;
  const formatNow = (): RecordFileFormat => {
    if (format === undefined || format.header !== copied.prologue) format = formatOf(copied.prologue);
    return format;
  };
  return { source: copied, output: new FileSeries(name, formatNow, { ...series, isLazy }) };
}

/** A PCAPNG file as a source of ready-made records: its blocks. */
export class CopiedBlocks implements RecordInput {
  readonly #source: FileSource;
  readonly #layout: SectionLayout;
  readonly #copier: BlockCopier;
  readonly #isSeries: boolean;
  /** All blocks before the first frame, for the first file of a series; undefined after it. */
  #leading: BlockStore | undefined = new BlockStore();
  /** The descriptions of the section so far, for later files of a series. */
  #descriptions = new BlockStore();
  #areas: OutputAreas | undefined;
  #room = 0;

  constructor(source: FileSource, layout: SectionLayout, changes: CopyChanges, isSeries: boolean) {
    this.#source = source;
    this.#layout = layout;
    this.#copier = new BlockCopier(changes, source, layout);
    this.#isSeries = isSeries;
  }

  /** The blocks that a file of a series begins with if it is begun now; empty for a single file. */
  get prologue(): Uint8Array {
    return this.#isSeries ? (this.#leading ?? this.#descriptions).joined : EMPTY;
  }

  get linkType(): LinkType {
    return this.#source.linkType;
  }

  get snapLength(): number {
    return this.#source.snapLength;
  }

  batches(options?: ReadOptions): AsyncIterable<FrameBatch> {
    return this.#source.batches(options);
  }

  statistics(): CaptureStatistics {
    return this.#source.statistics();
  }

  /** Yields the blocks of each batch of the file; section headers begin a batch. */
  async *records(_format: RecordFormat, options: RecordReadOptions = {}): AsyncGenerator<RecordBatch, void, undefined> {
    const { limit = Number.POSITIVE_INFINITY, lead = () => EMPTY } = options;
    let remaining = limit;
    try {
      for await (const batch of this.#source.batches(options)) {
        for (let next = 0; next < batch.blockCount && remaining > 0; ) {
          const areas = await this.#freeAreas(batch, next);
          const part = new CopiedPart(this.#copier, this.#layout, areas.bytes, areas.begin(lead()), this.#isSeries);
          const { start } = part;
          next = part.copyFrom(batch, next, { full: start + FULL_LENGTH, end: start + this.#room, frames: remaining });
          remaining -= part.frames;
          if (part.end === start) continue;
          if (part.beginsSection) this.#descriptions = new BlockStore();
          const isHeld = this.#isSeries && this.#leading !== undefined && part.frames === 0;
          const isStored = isHeld || (this.#isSeries && part.isDescription);
          const blocks = isStored ? areas.bytes.slice(start, part.end) : EMPTY;
          if (isHeld) this.#leading?.add(blocks);
          else {
            yield areas.finish(part.end, { frames: part.frames, frameBytes: part.frameBytes });
            this.#leading = undefined;
          }
          if (this.#isSeries && part.isDescription) this.#descriptions.add(blocks); // after a file that was begun for them
        }
        if (remaining === 0) return;
      }
    } finally {
      this.#areas?.takeBack();
    }
  }

  /** Returns areas with a free one that has room for the block with this number. */
  async #freeAreas(batch: FileBatch, number: number): Promise<OutputAreas> {
    const needed = batch.blockLength(number) + BLOCK_ROOM;
    this.#areas?.takeBack();
    if (this.#areas === undefined || needed > this.#room) {
      this.#room = FULL_LENGTH + Math.max(needed, USUAL_BLOCK_LENGTH);
      this.#areas = new OutputAreas(this.#room, false);
    }
    while (this.#areas.isEmpty) await this.#areas.returned();
    return this.#areas;
  }
}

/** Blocks that files of a series begin with. */
class BlockStore {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @throws StackError `MEMORY` */
  add(blocks: Uint8Array): void {
    this.#length += blocks.length;
    if (this.#length > MAX_PROLOGUE_LENGTH) {
      throw new StackError(
        'MEMORY',
        `the interfaces, names and secrets of a section exceed ${MAX_PROLOGUE_LENGTH} bytes, which every file of a series ` +
          'would repeat; write a single file, or leave them out with --strip',
      );
    }
    this.#parts.push(blocks);
  }

  /** The same array until blocks are added. */
  get joined(): Uint8Array {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? EMPTY;
  }
}

/** Limits of a part: offsets at which an area is full and ends, and a number of frames. */
interface PartLimits {
  readonly full: number;
  readonly end: number;
  readonly frames: number;
}

/** Blocks that are written together: all of one section; in a series either descriptions or others. */
class CopiedPart {
  readonly start: number;
  end: number;
  frames = 0;
  frameBytes = 0;
  beginsSection = false;
  isDescription = false;
  readonly #copier: BlockCopier;
  readonly #layout: SectionLayout;
  readonly #out: Uint8Array;
  readonly #isSeries: boolean;
  #isBegun = false;

  constructor(copier: BlockCopier, layout: SectionLayout, out: Uint8Array, start: number, isSeries: boolean) {
    this.#copier = copier;
    this.#layout = layout;
    this.#out = out;
    this.start = start;
    this.end = start;
    this.#isSeries = isSeries;
  }

  /** Copies blocks from number `first` on. @returns the number of the next one */
  copyFrom(batch: FileBatch, first: number, limits: PartLimits): number {
    let number = 0;
    let next = first;
    let isOver = false;
    batch.forEachBlock((block) => {
      const current = number;
      number += 1;
      if (isOver || current < first) return;
      if (!this.#fits(block, limits)) {
        isOver = true;
        return;
      }
      next = current + 1;
      if (this.#copier.keeps(block)) this.#copy(block);
    });
    return next;
  }

  #fits(block: BlockView, limits: PartLimits): boolean {
    const isDescription = DESCRIPTIONS.includes(block.type);
    const beginsSection = block.type === BlockType.sectionHeader;
    if (!this.#isBegun) {
      this.#isBegun = true;
      this.#layout.littleEndian = block.littleEndian;
      this.#layout.sectionBase = block.sectionBase;
      this.isDescription = isDescription;
      this.beginsSection = beginsSection;
    } else if (beginsSection || (this.#isSeries && isDescription !== this.isDescription)) return false;
    if (this.end > this.start && this.end >= limits.full) return false;
    return (
      this.end + block.length + BLOCK_ROOM <= limits.end && (block.frame === undefined || this.frames < limits.frames)
    );
  }

  #copy(block: BlockView): void {
    const end = this.#copier.copy(block, this.#out, this.end);
    if (block.frame !== undefined && end > this.end) {
      this.frames += 1;
      this.frameBytes += this.#layout.capturedLength(this.#out, this.end);
    }
    this.end = end;
  }
}
