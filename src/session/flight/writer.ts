/**
 * Writes excerpts of a growing history: copies them piece by piece into areas that the disk can read directly. Copied
 * blocks may be evicted from the history, blocks that wait for an area may not. @module
 */
import { readU32le } from '../../base/bytes.ts';
import { OutputAreas } from '../../capture/index.ts';
import { addComment, EnhancedPacket } from '../../pcap/index.ts';
import { FlightExcerpt } from './excerpt.ts';
import type { FlightOutput, FlightTrigger } from './options.ts';
import { endPosition, type RecordHistory } from './record-history.ts';

/** Bytes of records in a piece. With a lead an area is 1 MiB; there are four. */
const PIECE_LENGTH = (1 << 20) - 4096;
/** Maximum length of a comment in characters, and what it adds to a block in bytes. */
const MAX_COMMENT_LENGTH = 4_000;
const COMMENT_ROOM = 16 * 1024;

export class FlightWriter {
  readonly #history: RecordHistory;
  readonly #output: FlightOutput;
  readonly #areas = new OutputAreas(PIECE_LENGTH, false);
  readonly #queue: FlightExcerpt[] = [];
  readonly #stop = new AbortController();
  #isWriting = false;
  #work: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #written = 0;

  /** @throws StackError `MEMORY` */
  constructor(history: RecordHistory, output: FlightOutput) {
    this.#history = history;
    this.#output = output;
    if (output.stopped.aborted) this.#end();
    output.stopped.addEventListener('abort', () => this.#end(), { once: true });
  }

  /** Frames that the output took and did not lose. */
  get written(): number {
    return this.#written - this.#output.lost;
  }

  /** Aborted when writing ends: the output has ended or failed, and `finish` throws its error. */
  get stopped(): AbortSignal {
    return this.#stop.signal;
  }

  /** The history must keep its records from this position on. */
  get neededFrom(): number {
    return this.#queue.find(({ isBehind }) => isBehind)?.cursor ?? Number.POSITIVE_INFINITY;
  }

  /** Begins an excerpt, to be written after all others. */
  begin(trigger: FlightTrigger, from: number): FlightExcerpt {
    const excerpt = new FlightExcerpt(trigger, from);
    if (!this.#stop.signal.aborted) this.#queue.push(excerpt);
    return excerpt;
  }

  /** Continues writing after excerpts have grown or ended. */
  wake(): void {
    if (!this.#isWriting && this.#queue.length > 0) this.#work = this.#write();
  }

  /** Resolves when the output holds everything wanted so far. @throws the error of the output */
  async flush(): Promise<void> {
    this.wake();
    await this.#work;
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#output.flush();
  }

  /** Writes everything wanted and closes the output, even after an error. @throws the error of the output */
  async finish(): Promise<void> {
    try {
      this.wake();
      await this.#work;
    } finally {
      await this.#output.close();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      for (let excerpt = this.#queue[0]; excerpt !== undefined; excerpt = this.#queue[0]) {
        if (excerpt.isBehind) await this.#writePiece(excerpt);
        else if (!excerpt.isOver) break;
        else {
          this.#queue.shift();
          if (excerpt.isBegun) this.#output.endWindow();
        }
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#end();
    } finally {
      this.#isWriting = false;
    }
  }

  async #writePiece(excerpt: FlightExcerpt): Promise<void> {
    const areas = this.#areas;
    while (areas.isEmpty) await areas.returned();
    if (this.#stop.signal.aborted) return;
    if (!excerpt.isBegun) this.#output.beginWindow(excerpt.trigger);
    excerpt.isBegun = true;
    const start = areas.begin(this.#output.lead());
    const { end, ...counts } = this.#copy(excerpt, start, start + PIECE_LENGTH);
    const { frames } = await this.#output.take(areas.finish(end, counts));
    areas.takeBack();
    this.#written += frames;
    if (frames < counts.frames) this.#end();
  }

  /** Copies blocks from the cursor on, as many as are available and fit. */
  #copy(excerpt: FlightExcerpt, start: number, full: number): { end: number; frames: number; frameBytes: number } {
    const piece = { end: start, frames: 0, frameBytes: 0 };
    while (excerpt.isBehind) {
      const before = excerpt.cursor;
      this.#copyRun(excerpt, piece, full);
      if (excerpt.cursor === before) break;
    }
    if (piece.frames === 0) throw new RangeError(`block of more than ${PIECE_LENGTH} bytes`);
    return piece;
  }

  /** Copies adjacent blocks without remarks, or one block with remarks. */
  #copyRun(excerpt: FlightExcerpt, piece: { end: number; frames: number; frameBytes: number }, full: number): void {
    const { bytes } = this.#history;
    const chunk = this.#history.chunkAt(excerpt.cursor);
    if (chunk === undefined) throw new RangeError('a part of the history was evicted while it was needed');
    const isRemarked = (position: number): boolean =>
      position === excerpt.nextRemark || (position === chunk.position && chunk.refusedBefore > 0);
    const remarked = isRemarked(excerpt.cursor);
    const from = chunk.start + excerpt.cursor - chunk.position;
    const end =
      chunk.start +
      Math.min(endPosition(chunk), excerpt.to, remarked ? excerpt.cursor + 1 : excerpt.nextRemark) -
      chunk.position;
    const room = full - piece.end - (remarked ? COMMENT_ROOM : 0);
    let at = from;
    while (at < end) {
      const length = readU32le(bytes, at + EnhancedPacket.length);
      if (at + length - from > room) break;
      piece.frames += 1;
      piece.frameBytes += readU32le(bytes, at + EnhancedPacket.capturedLength);
      at += length;
    }
    if (at === from) return;
    this.#areas.bytes.set(bytes.subarray(from, at), piece.end);
    const comment = remarked ? this.#takeRemarks(excerpt, chunk.position, chunk.refusedBefore) : undefined;
    excerpt.cursor += at - from;
    const length = at - from;
    piece.end += comment === undefined ? length : addComment(this.#areas.bytes, piece.end, length, comment);
  }

  #takeRemarks(excerpt: FlightExcerpt, chunkPosition: number, refused: number): string {
    const lost =
      excerpt.cursor === chunkPosition && refused > 0
        ? `${refused} frames before this one were lost: the history was full of frames not yet written`
        : undefined;
    return [lost, excerpt.takeRemark()]
      .filter((text) => text !== undefined)
      .join('; ')
      .slice(0, MAX_COMMENT_LENGTH);
  }

  #end(): void {
    this.#queue.length = 0;
    this.#stop.abort();
  }
}
